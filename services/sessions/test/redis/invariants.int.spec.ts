import fc from 'fast-check';
import type { BeginCloseReply, IngestReply } from '../../src/application/store/session-store.js';
import { World, type Closed, type GivenHit } from './given.js';

const RUNS = Number(process.env['DRAWDOWN_SOAK_RUNS'] ?? 12);
const RUN_MS_MAX = 2_000;
const TIMEOUT_SECONDS = 10;
const GIVEN = { timeoutSeconds: TIMEOUT_SECONDS };
const END = 1_000_000;

interface Task {
  readonly hits: readonly GivenHit[];
  readonly ticks: boolean;
}

/** Tasks of hits of few clients that share stamps and users, in the order of time but for some lateness. */
const tasks: fc.Arbitrary<readonly Task[]> = fc
  .array(
    fc.record({
      passed: fc.integer({ min: 0, max: 15 }),
      ticks: fc.boolean(),
      hits: fc.array(
        fc.record({
          client: fc.constantFrom('A', 'B', 'C', 'D'),
          stamp: fc.option(fc.constantFrom('S1', 'S2', 'S3'), { nil: undefined }),
          user: fc.option(fc.constantFrom('U1', 'U2'), { nil: undefined, freq: 1 }),
          delay: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 30 })),
        }),
        { minLength: 1, maxLength: 5 },
      ),
    }),
    { minLength: 1, maxLength: 15 },
  )
  .map(drafts => {
    let now = 1_000;
    return drafts.map(({ passed, ticks, hits }, task) => {
      now += passed;
      const named = hits.map(({ delay, stamp, user, client }, place) => ({
        id: `h${String(task)}-${String(place)}`,
        client,
        at: now - delay,
        ...(stamp === undefined ? {} : { stamp }),
        ...(user === undefined ? {} : { user }),
      }));
      return { hits: named, ticks };
    });
  });

const inEachWorld = async (check: (world: World) => Promise<void>): Promise<void> => {
  const world = new World();
  try {
    await check(world);
  } finally {
    await world.close();
  }
};

const byText = (closed: readonly Closed[]): readonly string[] => closed.map(close => JSON.stringify(close)).sort();

describe('Invariants of sessions §17 on Redis', () => {
  const holds = (name: string, check: (world: World, given: readonly Task[]) => Promise<void>): void => {
    it(
      name,
      () =>
        fc.assert(
          fc.asyncProperty(tasks, given => inEachWorld(world => check(world, given))),
          { numRuns: RUNS },
        ),
      RUN_MS_MAX * RUNS,
    );
  };

  holds('1, 2, 3: every hit comes out once, merges end, and nothing is left behind', async (world, given) => {
    const closed: Closed[] = [];
    let hits = 0;
    let merges = 0;
    for (const task of given) {
      const reply = await world.task(GIVEN, task.hits);
      hits += task.hits.length;
      merges += mergesOf(reply);
      if (task.ticks) closed.push(...(await world.settle()));
    }
    await world.ping(END);
    closed.push(...(await world.settle()));
    await world.tellNotices();
    expect(closed.flatMap(close => close.hits).sort()).toEqual(given.flatMap(task => task.hits.map(({ id }) => id)).sort());
    // A first hit that joins at once opens a session and merges it.
    expect(merges).toBeLessThanOrEqual(hits);
    expect(await world.lasting()).toEqual([]);
  });

  holds('8: two tickers close what one closes', async (world, given) => {
    const alone: Closed[] = [];
    const together: Closed[] = [];
    await inEachWorld(async other => {
      for (const task of given) {
        await Promise.all([world.task(GIVEN, task.hits), other.task(GIVEN, task.hits)]);
        if (!task.ticks) continue;
        alone.push(...(await world.settle({ limit: 1 })));
        const [left, right] = await Promise.all([other.settle({ limit: 1 }), other.settle({ limit: 2 })]);
        together.push(...left, ...right);
      }
      await Promise.all([world.ping(END), other.ping(END)]);
      alone.push(...(await world.settle()));
      const [left, right] = await Promise.all([other.settle(), other.settle()]);
      together.push(...left, ...right);
    });
    expect(byText(together)).toEqual(byText(alone));
  });

  holds('10: pointer and watermark never go back, and nothing closes too early', async (world, given) => {
    let before: BeginCloseReply | undefined;
    const times = new Map(given.flatMap(task => task.hits.map(({ id, at }) => [id, at] as const)));
    for (const task of given) {
      await world.task(GIVEN, task.hits);
      const turn = await world.turn();
      expect(turn.nextBucket).toBeGreaterThanOrEqual(before?.nextBucket ?? 0);
      expect(turn.watermarkMs).toBeGreaterThanOrEqual(before?.watermarkMs ?? 0);
      before = turn;
      for (const closeId of turn.closeIds) {
        const { hits } = await world.handOver(closeId);
        const last = Math.max(...hits.map(id => times.get(id) ?? Infinity));
        expect((turn.watermarkMs ?? 0) / 1_000 - last).toBeGreaterThan(TIMEOUT_SECONDS);
      }
    }
  });
});

const mergesOf = (reply: IngestReply): number => (reply.kind === 'applied' ? reply.merges : 0);
