import { minus, plus, quotient, type Exact } from '../../amount/exact.js';
import { earlier, type Horizon, type Seconds } from '../../amount/instant.js';
import type { TopUpPolicy } from '../policy/policy.js';
import type { Recording } from '../recording.js';
import type { Pool } from '../state.js';
import type { EndTopUp } from './commands.js';
import type { TopUpEnded } from './events.js';

/** A purchase has to come to its end in this time: the window of a payment, and as much again for whoever is slow. */
const OPEN_SECONDS = 7_200;

/** A purchase that failed is tried again after this. */
const RETRY_SECONDS = 3_600;

const ended = (topUpId: number, cause: TopUpEnded['cause'], at: Seconds): TopUpEnded => ({
  type: 'top-up-ended',
  topUpId,
  cause,
  retryAt: cause === 'credited' ? undefined : at + RETRY_SECONDS,
  at,
});

/** First second at which a balance has room for an amount; absent: never. */
const roomAt = (balance: Exact, rate: Exact, amount: Exact, most: Exact, asOf: Seconds): Horizon => {
  const above = minus(plus(balance, amount), most);
  if (amount === 0 || above <= 0) return asOf;
  return rate === 0 ? undefined : plus(asOf, quotient(plus(above, minus(rate, 1)), rate));
};

const later = (left: Horizon, right: Horizon): Horizon => {
  if (left === undefined || right === undefined) return undefined;
  return left > right ? left : right;
};

/** When the period has room for one more purchase. */
const periodAt = ({ topUps, asOf }: Pool, { periodSeconds, purchasesPerPeriodMax }: TopUpPolicy): Seconds =>
  topUps.periodFrom === undefined || topUps.purchases < purchasesPerPeriodMax ? asOf : topUps.periodFrom + periodSeconds;

/** When a purchase is asked for next; absent: never. Idle, paused and closed pools buy nothing. */
const purchaseAt = (pool: Pool): Horizon => {
  const { policy, topUps, emptyAt, balance, rates, asOf } = pool;
  const { topUp } = policy;
  if (topUp === undefined || emptyAt === undefined || topUps.open !== undefined || pool.closing !== undefined) return undefined;
  const { amounts, balanceMax, belowSeconds } = topUp;
  let instant: Horizon = plus(emptyAt, 1 - belowSeconds);
  instant = later(instant, topUps.notBefore ?? asOf);
  instant = later(instant, periodAt(pool, topUp));
  instant = later(instant, roomAt(balance[0], rates[0], amounts[0], balanceMax[0], asOf));
  instant = later(instant, roomAt(balance[1], rates[1], amounts[1], balanceMax[1], asOf));
  return later(instant, roomAt(balance[2], rates[2], amounts[2], balanceMax[2], asOf));
};

/** When a pool has something to do about buying. */
export const topUpsAt = (pool: Pool): Horizon => {
  const { open } = pool.topUps;
  if (open === undefined && pool.policy.topUp === undefined) return undefined;
  return earlier(open?.until, purchaseAt(pool));
};

/** Records that a purchase took too long, and that another one is due. */
export const recordTopUps = (recording: Recording, at: Seconds): void => {
  const { open } = recording.pool.topUps;
  if (open !== undefined && open.until <= at) recording.record(ended(open.topUpId, 'expired', at));
  const instant = purchaseAt(recording.pool);
  const amounts = recording.pool.policy.topUp?.amounts;
  if (instant === undefined || instant > at || amounts === undefined) return;
  recording.record({ type: 'top-up-due', topUpId: recording.pool.topUps.lastId + 1, amounts, until: at + OPEN_SECONDS, at });
};

/** A purchase that has ended already stays as it is. */
export const endTopUp = ({ topUpId, cause }: EndTopUp, { topUps }: Pool, at: Seconds): readonly TopUpEnded[] =>
  topUps.open?.topUpId === topUpId ? [ended(topUpId, cause, at)] : [];
