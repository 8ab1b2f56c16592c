import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EXIT } from '../src/exit-code.js';
import { REPOSITORY, TestService, type Ran } from './support/service.js';

/** Bounds what hangs: every command is a process of its own, which takes seconds to begin on a busy machine. */
const TIME_MS_MAX = 420_000;

const PAUSE_MS = 200;
const READ_MS_MAX = 10_000;

describe('the command line with running services', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await TestService.start();
  }, TIME_MS_MAX);
  afterAll(() => service.stop(), TIME_MS_MAX);

  it(
    'leads through the quick start, command by command as it is written there',
    async () => {
      const text = await readFile(join(REPOSITORY, 'docs/quick-start.md'), 'utf8');
      const commands = [...text.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, block = '']) => block.trim().split('\n'));
      expect(commands.shift()).toBe('npm start');
      expect(commands.length).toBeGreaterThan(8);
      for (const command of commands) {
        const { code, stderr } = await doneAtLast(service, command);
        expect(`${command}: ${String(code)} ${code === EXIT.done ? '' : stderr}`).toBe(`${command}: 0 `);
      }
      // The page says "run the second line again".
      expect(await service.json('publish usage videos.csv --type video.transcoded')).toMatchObject([{ stored: 2, refused: 0 }]);
      const [published] = await service.json('publish usage videos.csv --type video.transcoded');
      const position = String(published?.['position']);
      expect(await service.json(`balance acme --min-position ${position}`)).toMatchObject([
        { featureKey: 'transcoding', balance: '486.5', usageInPeriod: '113.5', overage: '0', hasAccess: true },
      ]);
      // What came before the grants is a segment of its own when commands take minutes.
      const segments = await service.json('balance acme --history');
      expect(segments.flatMap(segment => segment['grantUsages'])).toMatchObject([{ usage: '100' }, { usage: '13.5' }]);
      const [again] = await service.json('publish hits hits.csv --property shop');
      expect(again).toMatchObject({ stored: 3, refused: 0 });
      const visit = async () => (await service.json('sessions show shop hit-1'))[0];
      let shown = await visit();
      while ((shown?.['session'] as { readonly state?: string } | undefined)?.state !== 'CLOSED') {
        await pause(PAUSE_MS);
        shown = await visit();
      }
      expect(shown).toMatchObject({
        session: {
          clientId: 'cookie-7',
          hitCount: 3,
          closeCause: 'SESSION_END',
          usage: [{ customer: 'acme', eventType: 'shop.visit', value: '1' }],
        },
        hits: [{ id: 'hit-1', path: '/' }, { id: 'hit-2', path: '/cart' }, { id: 'hit-4' }],
      });
    },
    TIME_MS_MAX,
  );

  it(
    'publishes to NATS in both forms, and once over gRPC, and counts every event once',
    async () => {
      await service.json('meters create calls --event-type call --aggregation sum --value-path $.n');
      await service.json('features create calls --meter calls');
      for (const customer of ['one', 'two']) await service.json(`entitlements create ${customer} calls --period P1D`);
      await writeFile(join(service.folder, 'calls.csv'), 'id,customer,n\n1,one,0.1\n2,two,5\n3,one,0.2\n');
      const publish = 'publish usage calls.csv --type call';
      const nats = `--nats ${process.env['DRAWDOWN_NATS_URL'] ?? ''} --namespace ${service.namespace} --prefix ${service.prefix}`;
      for (const form of [nats, `${nats} --one-by-one`, '']) {
        const [published] = await service.json(`${publish} ${form}`);
        expect(published).toMatchObject({ stored: 3, refused: 0 });
        const position = String(published?.['position']);
        expect(await service.json(`balance one --min-position ${position}`)).toMatchObject([{ usageInPeriod: '0.3', overage: '0.3' }]);
        expect(await service.json(`balance two --min-position ${position}`)).toMatchObject([{ usageInPeriod: '5' }]);
      }
    },
    TIME_MS_MAX,
  );

  it('answers no access with exit code 1, and an unknown customer likewise', async () => {
    const { code, stdout } = await service.run('npx drawdown --json access nobody transcoding');
    expect(code).toBe(EXIT.failed);
    expect(JSON.parse(stdout)).toMatchObject({ hasAccess: false, reason: 'NO_ENTITLEMENT' });
  });

  it('says what was refused and why, for people and for programs, without a stack trace', async () => {
    const people = await service.run('npx drawdown grants create nobody --feature transcoding --amount 5');
    expect(people).toMatchObject({ code: EXIT.failed, stdout: '' });
    expect(people.stderr).toMatch(/^NOT_FOUND: /);
    expect(people.stderr).not.toContain('    at ');
    const programs = await service.run('npx drawdown --json grants create acme --feature transcoding --amount abc');
    expect(programs.code).toBe(EXIT.failed);
    expect(JSON.parse(programs.stderr)).toMatchObject({ error: { reason: 'VALIDATION', violations: [{ field: 'grant.amount' }] } });
  });

  it('fails with one line where nobody answers', async () => {
    const { code, stderr } = await service.run('npx drawdown --address 127.0.0.1:1 --timeout 1 balance acme');
    expect(code).toBe(EXIT.failed);
    expect(stderr).toMatch(/^(UNAVAILABLE|DEADLINE_EXCEEDED): /);
  });

  it(
    'shows dead letters, and the partitions with what they have read',
    async () => {
      const { nats, subjects, namespace } = service;
      nats.publish(subjects.usage(namespace, 'acme'), 'no event at all');
      await nats.flush();
      let letters = await service.json('dead-letters list');
      while (letters.length === 0) letters = await service.json('dead-letters list');
      expect(letters).toMatchObject([{ reason: 'UNPARSABLE', data: 'no event at all' }]);
      expect(await service.json('partitions')).toHaveLength(64);
      expect(await service.json('partitions --service sessions')).toHaveLength(64);
      nats.publish(subjects.hits(namespace, 'shop', 'c'), 'no hit at all');
      await nats.flush();
      const ofSessions = () => service.json('dead-letters list --service sessions');
      while ((await ofSessions()).length === 0) await pause(PAUSE_MS);
      expect(await ofSessions()).toMatchObject([{ reason: 'UNPARSABLE', data: 'no hit at all' }]);
    },
    TIME_MS_MAX,
  );

  it(
    'says what is overdue, makes it happen, and repairs documents',
    async () => {
      const overdue = await service.run('npx drawdown overdue --longer-than 1h');
      expect([overdue.code, overdue.stdout]).toEqual([EXIT.done, '']);
      const [done] = await service.json('check-due 5');
      expect(done).toMatchObject({ partition: 5 });
      expect(Object.keys(done ?? {}).sort()).toEqual(['begun', 'handedOver', 'partition']);
      expect(await service.json('repair sessions 5')).toEqual([{ projection: 'sessions', partition: 5, repaired: 0 }]);
      expect((await service.run('npx drawdown check-due 64')).code).toBe(EXIT.usage);
      expect((await service.run('npx drawdown overdue --longer-than long')).code).toBe(EXIT.usage);
      expect((await service.run('npx drawdown repair balances 5')).code).toBe(EXIT.failed);
    },
    TIME_MS_MAX,
  );

  it(
    'audits, rebuilds, and finds the same',
    async () => {
      const before = await service.json('balance one');
      const audited = await service.json('audit entitlements --partition 3');
      expect(audited).toMatchObject([{ partition: 3, differenceCount: 0 }]);
      const steps = await service.json('rebuild entitlements');
      expect(steps.at(-1)).toMatchObject({ done: true });
      const after = await service.json('balance one');
      expect(after.map(({ balance, usageInPeriod }) => ({ balance, usageInPeriod }))).toEqual(
        before.map(({ balance, usageInPeriod }) => ({ balance, usageInPeriod })),
      );
    },
    TIME_MS_MAX,
  );
});

/** What hits made can be read a second after they were published, so reads of sessions are repeated for a while. */
const doneAtLast = async (service: TestService, command: string): Promise<Ran> => {
  const endMs = performance.now() + READ_MS_MAX;
  for (;;) {
    const ran = await service.run(command);
    const isRead = command.startsWith('npx drawdown sessions');
    if (ran.code === EXIT.done || !isRead || performance.now() > endMs) return ran;
    await pause(PAUSE_MS);
  }
};
