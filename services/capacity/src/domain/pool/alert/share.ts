import { minus, plus, quotient, times, type Exact } from '../../amount/exact.js';
import { earlier, type Horizon, type Seconds } from '../../amount/instant.js';
import type { Amounts } from '../../amount/per-dimension.js';
import type { Pool } from '../state.js';

const PERCENT = 100;

// A dimension that drains nothing, or was never credited, has no share.

const isLow = (balance: Exact, rate: Exact, whole: Exact, percent: number): boolean =>
  rate > 0 && whole > 0 && times(balance, PERCENT) < times(whole, percent);

/** Whether in some dimension less than a share is left of the balance that it had right after its last credit. */
export const isShareBelow = ({ rates, afterCredit }: Pool, balance: Amounts, percent: number): boolean =>
  isLow(balance[0], rates[0], afterCredit[0], percent) ||
  isLow(balance[1], rates[1], afterCredit[1], percent) ||
  isLow(balance[2], rates[2], afterCredit[2], percent);

const shareOf = (balance: Exact, rate: Exact, whole: Exact): number =>
  rate > 0 && whole > 0 ? Number(quotient(times(balance, PERCENT), whole)) : Infinity;

/** The smallest share that is left, in percent, rounded down; infinite where there is none to speak of. */
export const shareLeft = ({ rates, afterCredit }: Pool, balance: Amounts): number =>
  Math.min(
    shareOf(balance[0], rates[0], afterCredit[0]),
    shareOf(balance[1], rates[1], afterCredit[1]),
    shareOf(balance[2], rates[2], afterCredit[2]),
  );

const lowAt = (balance: Exact, rate: Exact, whole: Exact, percent: number, asOf: Seconds): Horizon => {
  if (rate === 0 || whole === 0) return undefined;
  const above = minus(times(balance, PERCENT), times(whole, percent));
  return above < 0 ? asOf : plus(asOf, plus(quotient(above, times(rate, PERCENT)), 1));
};

/** First second at which less than a share is left in some dimension; absent: never. */
export const shareBelowAt = ({ balance, rates, afterCredit, asOf }: Pool, percent: number): Horizon =>
  earlier(
    earlier(lowAt(balance[0], rates[0], afterCredit[0], percent, asOf), lowAt(balance[1], rates[1], afterCredit[1], percent, asOf)),
    lowAt(balance[2], rates[2], afterCredit[2], percent, asOf),
  );
