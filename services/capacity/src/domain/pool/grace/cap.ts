import { minus, plus, quotient, type Exact } from '../../amount/exact.js';
import { earlier, type Horizon, type Seconds } from '../../amount/instant.js';
import { of, type Dimension } from '../../amount/per-dimension.js';
import { settle } from '../account.js';
import { drainOf } from '../member/drain.js';
import type { Recording } from '../recording.js';
import type { Pool } from '../state.js';

const forgiven = (unfunded: Exact, pool: Pool, dimension: Dimension): Exact => minus(unfunded, of(pool.unfundedBefore, dimension));

const ceilingQuotient = (dividend: Exact, divisor: Exact): Exact => quotient(plus(dividend, minus(divisor, 1)), divisor);

/** First second by which as much was forgiven in an exhausted dimension as the policy lets be; absent: it has no cap, or drains nothing. */
const capInstant = (pool: Pool, dimension: Dimension): Horizon => {
  const cap = of(pool.policy.unfundedCaps, dimension);
  const rate = of(pool.rates, dimension);
  if (cap === undefined || pool.isPaused || rate === 0 || pool.capped.includes(dimension)) return undefined;
  const left = minus(plus(cap, of(pool.balance, dimension)), forgiven(of(pool.unfunded, dimension), pool, dimension));
  return left <= 0 ? pool.asOf : plus(pool.asOf, ceilingQuotient(left, rate));
};

/** When the next cap is reached. */
export const capsReachedAt = (pool: Pool): Horizon => {
  let next: Horizon;
  for (const dimension of pool.exhausted) next = earlier(next, capInstant(pool, dimension));
  return next;
};

/** Records the caps that are reached: whoever is in grace for the dimension and still drains is suspended for the rest of it. */
export const recordCaps = (recording: Recording, at: Seconds): void => {
  for (const dimension of recording.pool.exhausted) {
    const instant = capInstant(recording.pool, dimension);
    if (instant === undefined || instant > at) continue;
    const { unfunded } = settle(recording.pool, at);
    recording.record({
      type: 'unfunded-cap-reached',
      dimension,
      unfunded: forgiven(of(unfunded, dimension), recording.pool, dimension),
      at,
    });
    const { members, decommissions } = recording.pool;
    const workloadIds = decommissions.keysWhere((decommission, id) => {
      const member = members.get(id);
      return decommission.dimension === dimension && member !== undefined && of(drainOf(member), dimension) > 0;
    });
    if (workloadIds.length > 0) recording.record({ type: 'workloads-suspended', workloadIds, cause: 'capped', at });
  }
};
