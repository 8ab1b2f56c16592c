import assert from 'node:assert/strict';
import { bucketNumber, Guard, settingsOf, type Property, type TaskHit } from '@drawdown/sessions/domain';
import { HitRecords, type HitRecord, type IngestCall, type RedisSessionStore, type Wheel } from '@drawdown/sessions';
import type { EndState, Workload } from '../sessions-portable/workloads.js';

const TICK_MS = 1_000;
const TIMEOUT_MS = 1_800_000;
/** Beyond the last hit: D, and as much as its bucket takes to pass. */
const FINAL_PING_MS = TIMEOUT_MS + 2_000;
const CLOSES_PER_CALL = 200;
/** The baseline joins by stamp alone: without headers the address is the stamp. */
const PROPERTY: Property = {
  namespace: 'bench',
  propertyId: 'p',
  settings: settingsOf({ scope: 'property', clientsPerIdentifierMax: 10 }),
  settingsVersion: 1,
};

export type Tasks = ReturnType<Workload['makeTasks']>;

/** What one run took and did. */
export interface Run {
  readonly handlingMs: number;
  readonly finalCloseMs: number;
  readonly sessions: number;
  readonly joins: number;
}

/** One state partition of the store, driven by one source: tasks are calls, and whoever closes reads the hits and finishes. */
class RedisEngine {
  readonly #records = new HitRecords(new Guard(), TICK_MS);
  readonly #wheel: Wheel;
  readonly closed = { sessions: 0, hits: 0, shortest: Number.POSITIVE_INFINITY, longest: 0 };
  joins = 0;
  #position = 0;

  constructor(
    private readonly store: RedisSessionStore,
    state: number,
  ) {
    this.#wheel = { state, lane: 'live' };
  }

  async handle(task: readonly TaskHit[], ticks: boolean): Promise<void> {
    const hits = task.map(({ hit }) => this.#records.of({ ...hit, namespace: PROPERTY.namespace, sessionStamp: hit.ip }, PROPERTY));
    const times = hits.map(({ receivedAtMs }) => receivedAtMs);
    await this.#ingest(hits, Math.max(...times), { property: bucketNumber(Math.min(...times), TICK_MS) });
    if (ticks) await this.#tickUntilIdle();
  }

  async finish(lastMs: number): Promise<void> {
    await this.#ingest([], lastMs + FINAL_PING_MS, {});
    await this.#tickUntilIdle();
  }

  async #ingest(hits: readonly HitRecord[], watermarkMs: number, firstBuckets: IngestCall['firstBuckets']): Promise<void> {
    const previous = this.#position;
    this.#position += 1;
    const place = { ...this.#wheel, source: 0, previous, next: this.#position, epoch: 1 };
    const reply = await this.store.ingest({ ...place, watermarksMs: { property: watermarkMs }, firstBuckets, hits });
    assert(reply.kind === 'applied', `the call was ${reply.kind}`);
    this.joins += reply.merges;
  }

  async #tickUntilIdle(): Promise<void> {
    const call = {
      ...this.#wheel,
      scope: 'property',
      sources: [0],
      tickSeconds: 1,
      closeLagTicks: 0,
      limit: CLOSES_PER_CALL,
      epoch: 1,
    } as const;
    for (;;) {
      const { closeIds, progressed } = await this.store.beginClose(call);
      await Promise.all(closeIds.map(closeId => this.#handOver(closeId)));
      if (!progressed) return;
    }
  }

  async #handOver(closeId: string): Promise<void> {
    const frozen = await this.store.frozen(this.#wheel, closeId);
    assert(frozen !== null, 'what began to close is there');
    const hits = frozen.parts.reduce((sum, { raw }) => sum + raw.length, 0);
    this.closed.sessions += 1;
    this.closed.hits += hits;
    this.closed.shortest = Math.min(this.closed.shortest, hits);
    this.closed.longest = Math.max(this.closed.longest, hits);
    await this.store.finish(this.#wheel, closeId);
  }
}

const assertEnd = ({ name, end }: Workload, { closed }: RedisEngine): void => {
  const { sessions, hits, hitsPerSession }: EndState = end;
  assert.equal(closed.sessions, sessions, `${name}: sessions`);
  assert.equal(closed.hits, hits, `${name}: hits in sessions`);
  if (hitsPerSession === undefined) return;
  assert.equal(closed.shortest, hitsPerSession, `${name}: hits of the shortest session`);
  assert.equal(closed.longest, hitsPerSession, `${name}: hits of the longest session`);
};

/** Runs a workload once on a state partition that nobody used. @throws AssertionError when another count comes out than the baseline's */
export const runOnRedis = async (store: RedisSessionStore, state: number, workload: Workload, tasks: Tasks): Promise<Run> => {
  const engine = new RedisEngine(store, state);
  const begin = performance.now();
  for (const task of tasks) await engine.handle(task, workload.ticksBetween);
  const handled = performance.now();
  await engine.finish(workload.lastMs);
  const finished = performance.now();
  assertEnd(workload, engine);
  return { handlingMs: handled - begin, finalCloseMs: finished - handled, sessions: engine.closed.sessions, joins: engine.joins };
};
