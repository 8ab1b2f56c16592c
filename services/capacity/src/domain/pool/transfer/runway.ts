import { minus, times, type Exact } from '../../amount/exact.js';
import type { Seconds } from '../../amount/instant.js';
import { eachDimension, minusEach, NOTHING, of, plusEach, type Amounts } from '../../amount/per-dimension.js';
import { settle } from '../account.js';
import { ADMISSION_HORIZON_SECONDS } from '../admission/admission.js';
import { reservedAt } from '../admission/reserved.js';
import { wholeUnits } from '../limits.js';
import { lendingRatesAt } from '../loan/account.js';
import { recordedDrainOf } from '../member/drain.js';
import type { Pool } from '../state.js';
import type { MovedMember } from './state.js';

/** Seconds that what stays must still pay for: one more than the horizon, which has to be exceeded (capacity §15.9). */
const RUNWAY_SECONDS = ADMISSION_HORIZON_SECONDS + 1;

/** What can leave so that the rest pays for rates longer than the horizon. */
const beyondRunway = (balance: Exact, rate: Exact): Exact => {
  const kept = times(rate, RUNWAY_SECONDS);
  return balance > kept ? minus(balance, kept) : 0;
};

const lesser = (left: Exact, right: Exact): Exact => (left < right ? left : right);

/**
 * Whole units that can leave a pool: the most for which what stays lasts longer than 120 s for everybody who is there, paused or promised room,
 * and for its borrowers, and keeps what was promised to runs (capacity §15.9). Members that leave along need nothing here any more.
 */
export const transferable = (pool: Pool, at: Seconds, leaving: readonly MovedMember[] = []): Amounts => {
  const { balance, lending } = settle(pool, at);
  const leavingRates = leaving.reduce<Amounts>((sum, { member }) => plusEach(sum, recordedDrainOf(member)), NOTHING);
  const recorded = plusEach(plusEach(plusEach(pool.rates, pool.pausedRates), pool.heldRates), lendingRatesAt(lending, at));
  const rates = minusEach(recorded, leavingRates);
  const kept = reservedAt(pool, at);
  return eachDimension(dimension => {
    const rate = of(rates, dimension);
    const free = minus(of(balance, dimension), of(kept.amounts, dimension));
    const open = minus(rate, of(kept.rates, dimension));
    return wholeUnits(lesser(beyondRunway(of(balance, dimension), rate), beyondRunway(free, open > 0 ? open : 0)));
  });
};
