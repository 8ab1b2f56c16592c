import { minus, times, type Exact } from '../../amount/exact.js';
import type { Seconds } from '../../amount/instant.js';
import { eachDimension, minusEach, NOTHING, of, plusEach, type Amounts } from '../../amount/per-dimension.js';
import { settle } from '../account.js';
import { ADMISSION_HORIZON_SECONDS } from '../admission/admission.js';
import { wholeUnits } from '../limits.js';
import type { Pool } from '../state.js';

/** Seconds that what stays must still pay for: one more than the horizon, which has to be exceeded (capacity §15.9). */
const RUNWAY_SECONDS = ADMISSION_HORIZON_SECONDS + 1;

/** What stays in a pool so that whoever is there, or has been promised room, lasts longer than the horizon. */
const runwayOf = (balance: Exact, rate: Exact): Exact => {
  const kept = times(rate, RUNWAY_SECONDS);
  return balance > kept ? minus(balance, kept) : 0;
};

/**
 * Whole units that can leave a pool: the most for which what stays lasts longer than 120 s, with everything held counted as if it ran
 * (capacity §15.9). Members that leave along need nothing here any more.
 */
export const transferable = (pool: Pool, at: Seconds, leavingRates: Amounts = NOTHING): Amounts => {
  const { balance } = settle(pool, at);
  const rates = minusEach(plusEach(pool.rates, pool.heldRates), leavingRates);
  return eachDimension(dimension => wholeUnits(runwayOf(of(balance, dimension), of(rates, dimension))));
};
