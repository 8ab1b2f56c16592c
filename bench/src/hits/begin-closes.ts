import assert from 'node:assert/strict';
import { RedisSessionStore } from '@drawdown/sessions';
import { describeMachine } from '../bed/circumstances.js';
import { describeSpread, spreadOf } from '../pairs.js';
import type { OwnRedis } from './own-redis.js';
import { describeTimes } from './quantiles.js';
import { BASE_MS, propertyOf, RecordMaker, Sources } from './store-hits.js';

const SESSIONS = 10_000;
const RUNS = 5;
/** As the service asks for (sessions §12.3). */
const CLOSES_PER_CALL = 200;
const TIMEOUT_MS = 1_800_000;

/** Begins the close of 10,000 sessions of one bucket, each of a client of its own. */
export const measureBeginCloses = async (own: OwnRedis, say: (line: string) => void): Promise<void> => {
  await own.setFsync('always');
  await own.redis.flushall();
  const store = await RedisSessionStore.open(own.redis, { durability: { kind: 'aof' } });
  const maker = new RecordMaker(propertyOf('client'), Number.MAX_SAFE_INTEGER, 0);
  const callMs: number[] = [];
  const runMs: number[] = [];
  for (let state = 0; state < RUNS; state += 1) {
    const sources = new Sources(store, 'client', state);
    await sources.ingest(maker.batches(state * SESSIONS, SESSIONS), 1);
    await sources.reach(BASE_MS + TIMEOUT_MS + 10_000, 1);
    const startedMs = performance.now();
    const closeIds = await beginAll(store, state, callMs);
    runMs.push(performance.now() - startedMs);
    assert.equal(new Set(closeIds).size, SESSIONS, 'every session begins to close');
  }
  say(
    `\nbeginning 10,000 closes of one bucket, ${String(CLOSES_PER_CALL)} a call, ${String(RUNS)} runs\n${await own.describe()}\n${describeMachine()}`,
  );
  say(`  all of them: ${describeSpread(spreadOf(runMs), 0)} ms; a call ${describeTimes(callMs)}`);
};

const beginAll = async (store: RedisSessionStore, state: number, callMs: number[]): Promise<readonly string[]> => {
  const call = {
    state,
    lane: 'live',
    scope: 'client',
    sources: [0],
    tickSeconds: 1,
    closeLagTicks: 1,
    limit: CLOSES_PER_CALL,
    epoch: 1,
  } as const;
  const closeIds: string[] = [];
  for (;;) {
    const startedMs = performance.now();
    const reply = await store.beginClose(call);
    callMs.push(performance.now() - startedMs);
    closeIds.push(...reply.closeIds);
    if (!reply.progressed) return closeIds;
  }
};
