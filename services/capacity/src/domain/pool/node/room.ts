import { Refusal } from '@drawdown/errors';
import { formatMilli } from '../../amount/text.js';
import { DIMENSIONS, minusEach, NOTHING, of, plusEach, type Amounts } from '../../amount/per-dimension.js';
import type { Pool } from '../state.js';

/** A workload and where it is to run. */
interface Placed {
  readonly nodeId?: string | undefined;
  readonly rates: Amounts;
}

/** Rates on record of everything that runs on a node, or is promised room there. */
const ratesOn = (pool: Pool, nodeId: string): Amounts => {
  let sum = NOTHING;
  for (const [, member] of pool.members.entries()) if (member.nodeId === nodeId) sum = plusEach(sum, member.rates);
  for (const [, hold] of pool.holds.entries()) if (hold.nodeId === nodeId) sum = plusEach(sum, hold.rates);
  return sum;
};

/**
 * Room on the nodes for which the pool's policy has a limit (capacity §15.7). It is asked at admission; what runs already is never refused.
 * @throws Refusal `NODE_LIMIT_EXCEEDED` naming the node, the dimension and the units that are free there
 */
export const requireNodeRoom = (pool: Pool, candidates: readonly Placed[]): void => {
  const { nodeLimits } = pool.policy;
  if (nodeLimits.size === 0) return;
  for (const nodeId of new Set(candidates.flatMap(candidate => candidate.nodeId ?? []))) {
    const limit = nodeLimits.get(nodeId);
    if (limit === undefined) continue;
    const there = ratesOn(pool, nodeId);
    const wanted = candidates.reduce<Amounts>((sum, each) => (each.nodeId === nodeId ? plusEach(sum, each.rates) : sum), NOTHING);
    const free = minusEach(limit, there);
    const dimension = DIMENSIONS.find(each => of(wanted, each) > 0 && of(wanted, each) > of(free, each));
    if (dimension === undefined) continue;
    const freeUnits = of(free, dimension) > 0 ? formatMilli(of(free, dimension)) : '0';
    throw new Refusal('NODE_LIMIT_EXCEEDED', `too much ${dimension} would run on node ${nodeId}`, { nodeId, dimension, free: freeUnits });
  }
};
