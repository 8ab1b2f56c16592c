import assert from 'node:assert/strict';
import {
  CloseTrigger,
  Evicter,
  Handler,
  BINARY_HITS,
  MemoryAuxStores,
  MemoryKeyValueStore,
  MemorySetStore,
  passThroughGuard,
  sizeOfHit,
  type Hit,
  type TaskHit,
} from '@drawdown/sessions/domain';
import { BASE_MS, TIMEOUT_MS, type EndState, type Workload } from './workloads.js';

const TICK_MS = 1_000;
/** Beyond the last hit: D, and as much as its bucket takes to pass. */
const FINAL_PING_MS = TIMEOUT_MS + 2_000;
const RETENTION_MS = 7_200_000;
const HARD_CAPS = { hits: 10_000, ms: 86_400_000, bytes: 8 * 1_024 * 1_024 };

/** What one run took and did. */
export interface Run {
  /** Tasks and, where the wheel turns between them, what closed meanwhile. */
  readonly handlingMs: number;
  readonly finalCloseMs: number;
  /** CPU of this process over both, milliseconds. */
  readonly cpuMs: number;
  readonly movedHits: number;
}

/** The reference's deployment: evicter and close trigger, stores in memory. The Closer only counts. */
class BenchedEngine {
  readonly closed = { sessions: 0, hits: 0, shortest: Number.POSITIVE_INFINITY, longest: 0 };
  movedHits = 0;
  private readonly moved: (readonly TaskHit[])[] = [];
  private readonly handler: Handler;
  private readonly trigger: CloseTrigger;

  constructor() {
    this.trigger = new CloseTrigger({
      settings: {
        tickMs: TICK_MS,
        retentionMs: RETENTION_MS,
        timeoutMsOf: () => TIMEOUT_MS,
        hardCapsOf: () => HARD_CAPS,
        sizeOf: sizeOfHit,
      },
      closer: { close: ({ hits }) => this.count(hits) },
      clock: { nowMs: () => 0, sleep: () => Promise.resolve() },
    });
    const evicter = new Evicter(new MemoryKeyValueStore(), {
      push: hits => {
        this.movedHits += hits.length;
        this.moved.push(hits);
      },
    });
    this.handler = new Handler({
      kv: new MemoryKeyValueStore(),
      sets: new MemorySetStore(),
      aux: new MemoryAuxStores(),
      guard: passThroughGuard({ joinByUserId: false }),
      codec: BINARY_HITS,
      middlewares: [evicter, this.trigger],
      deadLetters: { push: (hit, reason) => assert.fail(`hit ${hit.id} was set aside: ${reason}`) },
    });
  }

  /** The task, what its merges pushed back, and the wheel if it turns now. */
  async handle(hits: readonly TaskHit[], ticks: boolean): Promise<void> {
    await this.handler.handle({ headers: {}, hits });
    for (let back = this.moved.shift(); back !== undefined; back = this.moved.shift()) {
      await this.handler.handle({ headers: {}, hits: back });
    }
    if (ticks) await this.tickUntilIdle();
  }

  async finish(lastMs: number): Promise<void> {
    await this.handler.ping(lastMs + FINAL_PING_MS);
    await this.tickUntilIdle();
  }

  nextBucket(): Promise<number | null> {
    return this.trigger.nextBucket(this.handler.context);
  }

  /** One bucket a tick, empty ones too, as the baseline's loop does. */
  private async tickUntilIdle(): Promise<void> {
    let passed = 1;
    while (passed > 0) passed = await this.trigger.advance(this.handler.context, 1);
  }

  private count(hits: readonly Hit[]): void {
    this.closed.sessions += 1;
    this.closed.hits += hits.length;
    this.closed.shortest = Math.min(this.closed.shortest, hits.length);
    this.closed.longest = Math.max(this.closed.longest, hits.length);
  }
}

const assertEnd = (name: string, { closed }: BenchedEngine, { sessions, hits, hitsPerSession }: EndState): void => {
  assert.equal(closed.sessions, sessions, `${name}: sessions`);
  assert.equal(closed.hits, hits, `${name}: hits in sessions`);
  if (hitsPerSession === undefined) return;
  assert.equal(closed.shortest, hitsPerSession, `${name}: hits of the shortest session`);
  assert.equal(closed.longest, hitsPerSession, `${name}: hits of the longest session`);
};

/** Tasks of a workload, in order. */
export type Tasks = ReturnType<Workload['makeTasks']>;

/** Runs a workload once on a new engine. @throws AssertionError when another count comes out than the baseline's. */
export const runWorkload = async ({ name, lastMs, ticksBetween, end }: Workload, tasks: Tasks): Promise<Run> => {
  const engine = new BenchedEngine();
  const cpuBefore = process.cpuUsage();
  const begin = performance.now();
  for (const hits of tasks) await engine.handle(hits, ticksBetween);
  const handled = performance.now();
  if (!ticksBetween) assert.equal(await engine.nextBucket(), BASE_MS / TICK_MS, `${name}: next pointer before the close`);
  await engine.finish(lastMs);
  const finished = performance.now();
  const { user, system } = process.cpuUsage(cpuBefore);
  assertEnd(name, engine, end);
  return {
    handlingMs: handled - begin,
    finalCloseMs: finished - handled,
    cpuMs: (user + system) / 1_000,
    movedHits: engine.movedHits,
  };
};
