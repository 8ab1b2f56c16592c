import { Refusal } from '@drawdown/errors';
import { minus, plus, quotient, times, type Exact } from '../amount/exact.js';
import type { Horizon, Seconds } from '../amount/instant.js';
import { MILLI } from '../amount/limits.js';
import { DIMENSIONS, of, plusEach, type Amounts, type Dimension } from '../amount/per-dimension.js';
import { depletionOf, emptyAtOf, settle, uses } from './account.js';
import type { Account, Pool } from './state.js';

/** How long the dimensions that a new workload uses have to last (capacity §7). */
export const ADMISSION_HORIZON_SECONDS = 120;

/** Whether an account lasts, in every dimension that rates use, longer than a number of seconds: strictly (capacity §7, §12 D8). */
const lastsFor = (account: Account, rates: Amounts, at: Seconds, seconds: number): Dimension | undefined =>
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
    return { fits: lastsFor(pool, member.rates, at, seconds) === undefined, emptyAtWith: pool.emptyAt };
  }
  const account = { ...settle(pool, at), rates: plusEach(pool.rates, rates) };
  return {
    fits: lastsFor(account, rates, at, seconds) === undefined,
    emptyAtWith: emptyAtOf(account.balance, account.rates, account.asOf),
  };
};

/** Unit-seconds, rounded up, that would make a dimension last one second longer than a horizon. */
const shortfallUnits = (balance: Exact, rate: Exact, seconds: number): Exact =>
  quotient(plus(minus(times(rate, seconds + 1), balance), MILLI - 1), MILLI);

/**
 * Room for a workload beside the members and everything that is held, all at full rate (capacity §15.3).
 * @throws Refusal `CAPACITY_INSUFFICIENT` naming the dimension, the unit-seconds that are missing, rounded up, and the longest horizon that
 * would pass, if any.
 */
export const requireRoom = (pool: Pool, rates: Amounts, at: Seconds, seconds: number): void => {
  const account = { ...settle(pool, at), rates: plusEach(plusEach(pool.rates, pool.heldRates), rates) };
  const dimension = lastsFor(account, rates, at, seconds);
  if (dimension === undefined) return;
  const balance = of(account.balance, dimension);
  const rate = of(account.rates, dimension);
  const longest = minus(quotient(balance, rate), 1);
  throw new Refusal('CAPACITY_INSUFFICIENT', `${dimension} would not last longer than ${seconds} s`, {
    dimension,
    shortfall: String(shortfallUnits(balance, rate, seconds)),
    ...(longest >= 0 && { longestHorizonSeconds: String(longest) }),
  });
};
