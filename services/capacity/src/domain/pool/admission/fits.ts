import type { Horizon, Seconds } from '../../amount/instant.js';
import { DIMENSIONS, plusEach, type Amounts, type Dimension } from '../../amount/per-dimension.js';
import { depletionOf, emptyAtOf, settle, uses, type Draining } from '../account.js';
import type { Pool } from '../state.js';

/** A dimension that rates use and that does not last longer than a number of seconds: strictly longer (capacity §7, §12 D8). */
const tooShort = (account: Draining, rates: Amounts, at: Seconds, seconds: number): Dimension | undefined =>
  DIMENSIONS.find(dimension => {
    const depletion = uses(rates, dimension) ? depletionOf(account, dimension) : undefined;
    return depletion !== undefined && depletion <= at + seconds;
  });

export interface Fit {
  readonly fits: boolean;
  /** When the whole pool would be empty with the workload; absent: never. */
  readonly emptyAtWith: Horizon;
}

/** The capacity check without a hold: what would be if the workload were added now; a member is judged as it is (capacity §7). */
export const fits = (pool: Pool, workloadId: number, rates: Amounts, now: Seconds, seconds: number): Fit => {
  const at = Math.max(now, pool.asOf);
  const member = pool.members.get(workloadId);
  if (member !== undefined) {
    return { fits: tooShort(pool, member.rates, at, seconds) === undefined, emptyAtWith: pool.emptyAt };
  }
  const { balance, asOf } = settle(pool, at);
  const account = { balance, asOf, rates: plusEach(pool.rates, rates), isPaused: pool.isPaused };
  return { fits: tooShort(account, rates, at, seconds) === undefined, emptyAtWith: emptyAtOf(account) };
};
