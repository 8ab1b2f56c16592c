import { JetStreamEventLog, streamTable, type Decision } from '@drawdown/eventlog';
import type { TestDeployment } from '@drawdown/testing';
import { registries } from '../../src/adapters/wire/registries.js';
import { evolvePool, NO_POOL, type Pool, type PoolEvent } from '../../src/domain/index.js';

/** One message of a pool's log, and the pool after it. */
export interface Prefix {
  readonly sequence: number;
  readonly decisions: readonly Decision<PoolEvent>[];
  /** After each event of the message, in order. */
  readonly states: readonly Pool[];
}

/** The log of a pool, read back and folded by the domain alone. */
export const logOf = async (deployment: TestDeployment, poolId: number): Promise<readonly Prefix[]> => {
  const log = await JetStreamEventLog.open(deployment.nats, streamTable(deployment.prefix).capacity, registries.pool);
  const prefixes: Prefix[] = [];
  let pool: Pool | undefined = NO_POOL;
  for await (const { sequence, decisions } of log.read(deployment.subjects.capacity('pool', String(poolId)), 1)) {
    const states: Pool[] = [];
    for (const event of decisions.flatMap(({ events }) => events as readonly PoolEvent[])) {
      pool = evolvePool(pool, event);
      states.push(pool);
    }
    prefixes.push({ sequence, decisions: decisions as readonly Decision<PoolEvent>[], states });
  }
  return prefixes;
};
