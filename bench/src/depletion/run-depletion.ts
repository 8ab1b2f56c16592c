import assert from 'node:assert/strict';
import { registries } from '@drawdown/capacity';
import { executePool, type Pool, type PoolCommand, type PoolEvent } from '@drawdown/capacity/domain';
import { EnvelopeCodec, streamTable, Subjects } from '@drawdown/eventlog';
import { DeliverPolicy, jetstream, jetstreamManager, type JsMsg } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { onBed } from '../bed/bed.js';
import { describeMachine, describeServers } from '../bed/circumstances.js';
import { describeCpu, readCpu, usedBetween } from '../bed/cpu-time.js';
import { describeTimes } from '../hits/quantiles.js';

const POOLS = 100_000;
/** All of them run empty within this time. */
const SPREAD_SECONDS = 60;
/** Until the first one does: the log has to be written, and read by the service. */
const LEAD_SECONDS = 90;
/** Nobody is waited for longer, after the last one is due. */
const PATIENCE_SECONDS = 120;
const PUBLISHED_AT_ONCE = 500;
const FIRST_POOL = 1_000_000;
const MS_PER_SECOND = 1_000;
const MILLI = 1_000;
const DEPLOYMENT = 'drawdown';
const EVENT_TYPES_HEADER = 'Drawdown-Event-Types';

/** `npm run bench -- depletion`: pools that run empty within a minute, each recorded by the owner's timer; how late is told by the server's clock. */
export const runDepletion = (): Promise<void> =>
  onBed('capacity', async bed => {
    const { say } = bed.launch;
    const nats = await connect({ servers: bed.natsUrl });
    try {
      say(`\n${describeMachine()}\n${await describeServers(bed)}`);
      const startsAt = Math.floor(Date.now() / MS_PER_SECOND);
      await publishPools(nats, bed.namespace, startsAt);
      const readyAt = Date.now() / MS_PER_SECOND;
      assert(readyAt < startsAt + LEAD_SECONDS, 'the pools were written before the first one was due');
      say(
        `${String(POOLS)} pools written in ${(readyAt - startsAt).toFixed(1)} s; the first is due ${String(LEAD_SECONDS)} s after the beginning`,
      );
      const before = await readCpu(bed.processes);
      const lateMs = await watchExhaustions(nats, startsAt);
      const cpu = usedBetween(before, await readCpu(bed.processes));
      say(`  ${String(lateMs.length)} depletions recorded, late by ${describeTimes(lateMs)}`);
      say(`    CPU, reading the pools included: ${describeCpu(cpu, POOLS, 'pool')}`);
      say(describeMachine());
    } finally {
      await nats.close();
    }
  });

const dueAtOf = (startsAt: number, index: number): number => startsAt + LEAD_SECONDS + (index % SPREAD_SECONDS);

/** Each pool is opened, credited and used in one message, as its owner would have decided it. */
const publishPools = async (nats: NatsConnection, namespace: string, startsAt: number): Promise<void> => {
  const publisher = jetstream(nats);
  const subjects = new Subjects(DEPLOYMENT);
  const codec = new EnvelopeCodec<PoolEvent>(registries.pool);
  for (let start = 0; start < POOLS; start += PUBLISHED_AT_ONCE) {
    const publishing = Array.from({ length: Math.min(PUBLISHED_AT_ONCE, POOLS - start) }, async (_, offset) => {
      const poolId = FIRST_POOL + start + offset;
      const seconds = dueAtOf(startsAt, start + offset) - startsAt;
      const events = eventsOf(poolId, namespace, seconds, startsAt);
      const decision = { commandId: `bench:${String(poolId)}`, bodyHash: 'bench', decidedAtMs: startsAt * MS_PER_SECOND, events };
      const subject = subjects.capacity('pool', String(poolId));
      const message = codec.encode(subject, [decision]);
      const sent = headers();
      for (const [name, value] of Object.entries(message.headers)) sent.set(name, value);
      await publisher.publish(subject, message.data, { headers: sent });
    });
    await Promise.all(publishing);
  }
};

const eventsOf = (poolId: number, namespace: string, seconds: number, at: number): readonly PoolEvent[] => {
  const commands: readonly PoolCommand[] = [
    { type: 'open', poolId, namespace, owner: 1, sponsor: 0, nodeIds: ['bench-node'], at },
    { type: 'credit', source: { cause: 'bench' }, amounts: [seconds * MILLI, 0, 0], nodeIds: [], at },
    { type: 'activate', workloadId: 1, rates: [MILLI, 0, 0], formulaVersion: 2, at },
  ];
  const all: PoolEvent[] = [];
  let pool: Pool | undefined;
  for (const command of commands) {
    const executed = executePool(command, pool);
    all.push(...executed.events);
    ({ pool } = executed);
  }
  return all;
};

/** @returns how late each was, in milliseconds, by the server's clock */
const watchExhaustions = async (nats: NatsConnection, startsAt: number): Promise<readonly number[]> => {
  const { name } = streamTable(DEPLOYMENT).capacity;
  const manager = await jetstreamManager(nats);
  const { state } = await manager.streams.info(name);
  const consumer = await jetstream(nats).consumers.get(name, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: state.last_seq + 1,
  });
  const messages = await consumer.consume();
  const giveUp = setTimeout(
    () => messages.stop(),
    (startsAt + LEAD_SECONDS + SPREAD_SECONDS + PATIENCE_SECONDS) * MS_PER_SECOND - Date.now(),
  );
  const seen = new Map<number, number>();
  for await (const message of messages) {
    const exhausted = exhaustedPool(message);
    if (exhausted !== undefined && !seen.has(exhausted)) {
      const dueAtMs = dueAtOf(startsAt, exhausted - FIRST_POOL) * MS_PER_SECOND;
      seen.set(exhausted, Date.parse(message.time.toISOString()) - dueAtMs);
    }
    if (seen.size === POOLS) break;
  }
  clearTimeout(giveUp);
  assert.equal(seen.size, POOLS, 'every pool that ran empty was recorded');
  return [...seen.values()];
};

const exhaustedPool = (message: JsMsg): number | undefined => {
  if (message.headers?.get(EVENT_TYPES_HEADER).includes('.dimension-exhausted.') !== true) return undefined;
  return Number(message.subject.split('.').at(-1));
};
