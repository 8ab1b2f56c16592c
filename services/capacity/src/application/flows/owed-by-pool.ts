import { isRefusal } from '@drawdown/errors';
import { owedByPool, type Identified, type Pool, type PoolCommand } from '../../domain/index.js';
import type { Answered, CallLimits, CapacityCalls } from '../calls.js';

/**
 * Does what a pool owes other pools (capacity §15.8, §15.9): each message goes out as often as the state still owes it, and the answer is told
 * to the pool that owes it.
 * @returns where it all can be seen
 * @throws Fault: it is to be tried again
 */
export const settlePool = async (calls: CapacityCalls, pool: Pool, nowMs: number, limits: CallLimits): Promise<string> => {
  const { namespace } = pool;
  const send = (poolId: number, { id, command: { at, ...command } }: Identified<PoolCommand>): Promise<Answered<'pool'>> =>
    calls.execute(
      'pool',
      namespace,
      poolId,
      // The id says everything about a command of ours, so its body needs no hash.
      { id, createdAtMs: nowMs, bodyHash: 'owed', when: { atLeast: at }, command: command },
      limits,
    );
  const positions: string[] = [];
  for (const { id, poolId, command, accepted, refused } of owedByPool(pool)) {
    let acknowledgement: Identified<PoolCommand> | undefined;
    try {
      positions.push((await send(poolId, { id, command })).position);
      acknowledgement = accepted;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      acknowledgement = refused(error.reason);
    }
    if (acknowledgement !== undefined) positions.push((await send(pool.id, acknowledgement)).position);
  }
  return calls.merged(...positions);
};
