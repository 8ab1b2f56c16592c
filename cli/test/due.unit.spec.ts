import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import {
  OperationsServiceService as Operations,
  OverdueKind,
  type CheckDueRequest,
  type ListOverdueRequest,
  type Overdue,
  type RepairProjectionRequest,
} from '@drawdown/proto/sessions';
import { jest } from '@jest/globals';
import { createProgram } from '../src/index.js';
import { EXIT, exitCodeOf } from '../src/exit-code.js';

/** Answers as the service would; the command runs inside this process. */
describe('what is due', () => {
  const asked: object[] = [];
  let overdue: readonly Overdue[] = [];
  let server: Server;
  let address: string;
  let folder: string;

  beforeAll(async () => {
    server = new Server();
    server.addService(
      { listOverdue: Operations.listOverdue, checkDue: Operations.checkDue, repairProjection: Operations.repairProjection },
      {
        listOverdue: ({ request }: { request: ListOverdueRequest }, answer: (error: null, response: object) => void) => {
          asked.push(request);
          answer(null, { overdue });
        },
        checkDue: ({ request }: { request: CheckDueRequest }, answer: (error: null, response: object) => void) => {
          asked.push(request);
          answer(null, { begun: 3, handedOver: 2 });
        },
        repairProjection: (
          { request }: { request: RepairProjectionRequest },
          answer: (error: object | null, response?: object) => void,
        ) => {
          asked.push(request);
          if (request.projection === 'sessions') answer(null, { repaired: 7 });
          else answer({ code: status.NOT_FOUND, details: 'there is no such projection' });
        },
      },
    );
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    address = `127.0.0.1:${String(port)}`;
    folder = await mkdtemp(join(tmpdir(), 'drawdown-due-'));
    await writeFile(join(folder, 'token'), 'token');
  });
  afterAll(async () => {
    server.forceShutdown();
    await rm(folder, { recursive: true });
  });

  const run = async (...words: string[]): Promise<{ readonly code: number; readonly said: string }> => {
    asked.length = 0;
    const said: string[] = [];
    const writing = [process.stdout, process.stderr].map(stream =>
      jest.spyOn(stream, 'write').mockImplementation(text => Boolean(said.push(String(text)))),
    );
    const before = process.exitCode;
    try {
      process.exitCode = EXIT.done;
      const connection = ['--address', address, '--token-file', join(folder, 'token')];
      await createProgram().parseAsync([...connection, ...words], { from: 'user' });
      return { code: Number(process.exitCode), said: said.join('') };
    } catch (error) {
      return { code: exitCodeOf(error), said: said.join('') };
    } finally {
      process.exitCode = before;
      for (const each of writing) each.mockRestore();
    }
  };

  it('is told with exit code 1 when there is anything', async () => {
    overdue = [];
    expect(await run('--json', 'overdue')).toEqual({ code: EXIT.done, said: '' });
    expect(asked).toEqual([{ longerThanMs: 60_000 }]);
    overdue = [{ partition: 5, lane: 'live', kind: OverdueKind.CLOSE, id: 'k.1', since: { seconds: 1_700_000_000, nanos: 0 } }];
    const found = await run('--json', 'overdue', '--longer-than', '5m');
    expect(found.code).toBe(EXIT.failed);
    expect(asked).toEqual([{ longerThanMs: 300_000 }]);
    expect(JSON.parse(found.said)).toMatchObject({ partition: 5, lane: 'live', kind: 'CLOSE', id: 'k.1' });
    expect((await run('overdue')).said).toMatch(/5 .*live .*close .*k\.1 .*2023-11-14T22:13:20/);
  });

  it('is made to happen in one partition', async () => {
    const { code, said } = await run('--json', 'check-due', '5');
    expect([code, JSON.parse(said)]).toEqual([EXIT.done, { partition: 5, begun: 3, handedOver: 2 }]);
    expect(asked).toEqual([{ partition: 5 }]);
    for (const wrong of ['64', '-1', 'all']) expect((await run('check-due', '--', wrong)).code).toBe(EXIT.usage);
  });

  it('is repaired where documents are wrong', async () => {
    const { code, said } = await run('--json', 'repair', 'sessions', '5');
    expect([code, JSON.parse(said)]).toEqual([EXIT.done, { projection: 'sessions', partition: 5, repaired: 7 }]);
    expect(asked).toEqual([{ projection: 'sessions', partition: 5 }]);
    expect((await run('repair', 'balances', '5')).code).toBe(EXIT.failed);
    expect((await run('repair', 'sessions', '5', '--service', 'entitlements')).code).toBe(EXIT.usage);
  });
});
