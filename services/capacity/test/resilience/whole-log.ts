import { EnvelopeCodec, streamTable, SubjectReader, type Decision, type StoredMessage } from '@drawdown/eventlog';
import type { TestDeployment } from '@drawdown/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { registries } from '../../src/adapters/wire/registries.js';
import { evolvePool, NO_POOL, type Pool, type PoolEvent } from '../../src/domain/index.js';
import type { Prefix } from './log.js';

/** Every message of the capacity stream, as it lies there, in order. */
export async function* messagesOf({ nats, prefix }: TestDeployment): AsyncIterable<StoredMessage> {
  const reader = new SubjectReader(await jetstreamManager(nats), 'capacity', streamTable(prefix).capacity.name);
  yield* reader.from(`${prefix}.capacity.>`, 1);
}

/** The logs of all pools, by number, folded by the domain alone. */
export const logsOf = async (deployment: TestDeployment): Promise<ReadonlyMap<number, readonly Prefix[]>> => {
  const codec = new EnvelopeCodec(registries.pool);
  const logs = new Map<number, Prefix[]>();
  for await (const message of messagesOf(deployment)) {
    const [kind, token] = deployment.subjects.parse(message.subject)?.values ?? [];
    if (kind !== 'pool') continue;
    const log = logs.get(Number(token)) ?? [];
    const { sequence, decisions } = codec.decode(message);
    log.push(prefixAfter(log.at(-1)?.states.at(-1), sequence, decisions as readonly Decision<PoolEvent>[]));
    logs.set(Number(token), log);
  }
  return logs;
};

const prefixAfter = (before: Pool | undefined, sequence: number, decisions: readonly Decision<PoolEvent>[]): Prefix => {
  const states: Pool[] = [];
  let pool = before ?? NO_POOL;
  for (const event of decisions.flatMap(({ events }) => events)) {
    pool = evolvePool(pool, event);
    states.push(pool);
  }
  return { sequence, decisions, states };
};
