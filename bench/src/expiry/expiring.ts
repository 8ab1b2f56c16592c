import assert from 'node:assert/strict';
import type { RedisSessionStore } from '@drawdown/sessions';
import { describeMachine } from '../bed/circumstances.js';
import { describeCpu, readCpu, usedBetween } from '../bed/cpu-time.js';
import type { OwnRedis } from '../hits/own-redis.js';
import { describeTimes } from '../hits/quantiles.js';
import { BASE_MS, propertyOf, RecordMaker, Sources } from '../hits/store-hits.js';
import { fillPoller, poll } from './poller.js';

const SESSIONS = 1_000_000;
const CLOSES_PER_CALL = 200;
const TIMEOUT_MS = 1_800_000;
const LAG_TICKS = 1;
const RECORDS_AT_ONCE = 20_000;
/** Behind the last expiry, so that the wheel passes it. */
const BEYOND_MS = 10_000;
/** Partitions of the state: the sessions of a property of scope `client` spread over all. */
const STATES = 4;

/** How sessions become due, and what the wheel finds when it looks. */
export interface Outlook {
  readonly title: string;
  readonly sessions: number;
  /** Time over which they expire. */
  readonly overMs: number;
}

export const DUE_TOGETHER: Outlook = { title: 'a million sessions due within 60 s', sessions: SESSIONS, overMs: 60_000 };
/** The wheel stood for ten minutes: it finds 600 buckets behind it. */
export const CATCH_UP: Outlook = { title: 'catching up after an outage of ten minutes', sessions: SESSIONS / 5, overMs: 600_000 };

/** Fills the wheel, lets event time pass, and begins every close; then the same with a poller. */
export const measureExpiry = async (own: OwnRedis, store: RedisSessionStore, outlook: Outlook): Promise<string> => {
  await own.redis.flushall();
  const processes = [own.process, { name: 'caller', pid: process.pid }];
  await fillWheel(store, outlook);
  const server = await own.describe();
  const wheelMs: number[] = [];
  const beforeWheel = await readCpu(processes);
  const wheelStartedMs = performance.now();
  const begun = await Promise.all(Array.from({ length: STATES }, (_, state) => turn(store, state, wheelMs)));
  const wheelSeconds = (performance.now() - wheelStartedMs) / 1_000;
  const wheelCpu = usedBetween(beforeWheel, await readCpu(processes));
  assert.equal(
    begun.reduce((sum, count) => sum + count, 0),
    outlook.sessions,
    'every session begins to close, once',
  );
  await own.redis.flushall();
  await fillPoller(own.redis, outlook.sessions, member => BASE_MS + (member / outlook.sessions) * outlook.overMs);
  const pollMs: number[] = [];
  const beforePoll = await readCpu(processes);
  const pollStartedMs = performance.now();
  assert.equal(await poll(own.redis, BASE_MS + outlook.overMs, CLOSES_PER_CALL, pollMs), outlook.sessions);
  const pollSeconds = (performance.now() - pollStartedMs) / 1_000;
  const pollCpu = usedBetween(beforePoll, await readCpu(processes));
  const rate = (seconds: number): string => `${(outlook.sessions / seconds).toFixed(0)} sessions/s (${seconds.toFixed(1)} s)`;
  return [
    `\n${outlook.title}: ${String(outlook.sessions)} sessions, ${String(CLOSES_PER_CALL)} a call`,
    server,
    describeMachine(),
    `  closes begun: ${rate(wheelSeconds)}; a call ${describeTimes(wheelMs)}\n    CPU: ${describeCpu(wheelCpu, outlook.sessions, 'session')}`,
    `  ZRANGEBYSCORE poller: ${rate(pollSeconds)}; a portion ${describeTimes(pollMs)}\n    CPU: ${describeCpu(pollCpu, outlook.sessions, 'session')}`,
    `  ratio: ${(pollSeconds / wheelSeconds).toFixed(3)}`,
  ].join('\n');
};

/** One hit for each session, spread over the state partitions, each brought by the source of its number. */
const fillWheel = async (store: RedisSessionStore, { sessions, overMs }: Outlook): Promise<void> => {
  const maker = new RecordMaker(propertyOf('client'), Number.MAX_SAFE_INTEGER, overMs / sessions);
  const partitions = Array.from({ length: STATES }, (_, state) => new Sources(store, 'client', state));
  for (let from = 0; from < sessions; from += RECORDS_AT_ONCE) {
    const batches = maker.batches(from, Math.min(RECORDS_AT_ONCE, sessions - from));
    await Promise.all(
      partitions.map((sources, state) =>
        sources.ingest(
          batches.filter((_, index) => index % STATES === state),
          1,
        ),
      ),
    );
  }
  for (const sources of partitions) await sources.reach(BASE_MS + overMs + TIMEOUT_MS + BEYOND_MS, 1);
};

const turn = async (store: RedisSessionStore, state: number, callMs: number[]): Promise<number> => {
  const call = {
    state,
    lane: 'live',
    scope: 'client',
    sources: [0],
    tickSeconds: 1,
    closeLagTicks: LAG_TICKS,
    limit: CLOSES_PER_CALL,
    epoch: 1,
  } as const;
  let begun = 0;
  for (;;) {
    const startedMs = performance.now();
    const { closeIds, progressed } = await store.beginClose(call);
    callMs.push(performance.now() - startedMs);
    begun += closeIds.length;
    if (!progressed) return begun;
  }
};
