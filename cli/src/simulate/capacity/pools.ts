import type { Pool } from '@drawdown/capacity/domain';
import type { Fields } from '../entitlements/fields.js';
import { formatAmounts } from './amounts.js';
import { formatHorizon } from './instants.js';
import { objectsOrNone } from './lists.js';
import { readPoolStep, type Step } from './pool-steps.js';
import { orCode } from './refused.js';
import { World } from './world.js';

const formatState = (pool: Pool): object => {
  const unfunded = formatAmounts(pool.unfunded);
  return {
    asOf: pool.asOf,
    left: formatAmounts(pool.balance),
    rates: formatAmounts(pool.rates),
    emptyAt: formatHorizon(pool.emptyAt),
    members: pool.members.keys(),
    ...(Object.keys(unfunded).length > 0 && { unfunded }),
  };
};

const run = (step: Step, world: World, showsState: boolean): unknown =>
  orCode(() => {
    const { outcome, said, pool } = step(world);
    return { outcome, ...(showsState && pool && formatState(pool)), ...said };
  });

/** `op: pool`: timed commands on pools (FORMAT §2). */
export const simulatePools = (fields: Fields): unknown => {
  const report = fields.optional('report', name => fields.choice(name, ['each', 'last'])) ?? 'each';
  const steps = objectsOrNone(fields, 'commands').map(readPoolStep);
  fields.end();
  const world = new World();
  const results = steps.map(step => run(step, world, report === 'each'));
  return report === 'each' ? { results } : { results, pools: world.pools().map(pool => ({ pool: pool.id, ...formatState(pool) })) };
};
