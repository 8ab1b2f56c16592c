import { inOrder, startOf, stopOf, type Buy } from './steps.js';
import { forEachUnit, minus, NOTHING, plus, roundedDown, roundedUp, times, UNITS, type Amounts } from './units.js';
import type { Workload } from './workloads.js';

/** What is bought beyond the need: a quarter of it. */
const RESERVE_DIVISOR = 4n;

/**
 * Before a workload starts so much is bought, if it has to be, that all that run then would last until `until`, and a quarter more. Bought so, a pool
 * never has anything due before `until`, whatever the order in which its past is told and the timer that looks at it meanwhile.
 */
export const prudentPurchases = (workloads: readonly Workload[], until: number): readonly Buy[] => {
  const purchases: Buy[] = [];
  let [balance, rates, asOf] = [NOTHING, NOTHING, 0];
  for (const step of inOrder([...workloads.map(startOf), ...workloads.map(one => stopOf(one))])) {
    if (step.kind !== 'start' && step.kind !== 'stop') continue;
    balance = minus(balance, times(rates, step.at - asOf));
    asOf = step.at;
    rates = step.kind === 'start' ? plus(rates, step.workload.rates) : minus(rates, step.workload.rates);
    const lacking = minus(times(rates, until - asOf), balance);
    if (UNITS.every(unit => lacking[unit] <= 0n)) continue;
    const amounts = roundedUp(forEachUnit(unit => (lacking[unit] <= 0n ? 0n : lacking[unit] + lacking[unit] / RESERVE_DIVISOR)));
    purchases.push({ kind: 'buy', at: asOf, amounts });
    balance = plus(balance, amounts);
  }
  return purchases;
};

/** Each workload brings with it what it needs until `until`, and no more: whole unit-seconds, the rest lacks. */
export const exactPurchases = (workloads: readonly Workload[], until: number): readonly Buy[] =>
  workloads.map(({ startedAt, rates }) => ({ kind: 'buy', at: startedAt, amounts: roundedDown(times(rates, until - startedAt)) }));

export const purchaseOf = (at: number, amounts: Amounts): Buy => ({ kind: 'buy', at, amounts: roundedUp(amounts) });
