import type { InstantMs } from '@drawdown/calendar';
import { ZERO } from '@drawdown/quantity';
import { rolloverBalance } from '../grants/rollover.js';
import { setBalance, type BurnState } from './state.js';

/** Clamps the balances of grants that were active before `at` and still are; the others end or begin at it (entitlements §6.6, §18 Q7). */
export const rollOver = (state: BurnState, at: InstantMs): void => {
  const { order, changed } = state;
  for (let index = changed.first(); index >= 0; index = changed.atOrAfter(index + 1)) {
    if (state.active.has(index) && order.endsAt[index]! > at) {
      setBalance(state, index, rolloverBalance(order.grants[index]!, state.balances[index]!));
    }
    changed.remove(index);
  }
};

/** Begins a usage period at `at`: usage restarts at 0, overage is carried into it or forgiven. */
export const beginPeriod = (state: BurnState, at: InstantMs, preserveOverage: boolean): void => {
  state.usageSince = at;
  state.usage = ZERO;
  state.totalGrantUsage = ZERO;
  if (!preserveOverage) state.overage = ZERO;
};
