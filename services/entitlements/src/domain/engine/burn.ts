import { ZERO, type Quantity } from '@drawdown/quantity';
import type { BurnState } from './state.js';

const notePayment = (state: BurnState, index: number, amount: Quantity): void => {
  const { payers, payments } = state.segment;
  const last = payers.length - 1;
  if (last >= 0 && payers[last] === index) {
    payments[last] = payments[last]! + amount;
    return;
  }
  payers.push(index);
  payments.push(amount);
};

/**
 * Lets grants pay for usage and for carried overage, in burn order (entitlements §6.5). What nobody can pay stays as overage. Paying
 * twice, for a and then for b, equals paying once for a + b: that is why one more event needs no second look at the segment.
 */
export const pay = (state: BurnState, usage: Quantity): void => {
  state.usage += usage;
  state.segment.usage += usage;
  const owed = state.overage + usage;
  if (owed === ZERO) return;
  let rest = owed;
  while (rest > ZERO) {
    const index = state.payable.first();
    if (index < 0) break;
    const balance = state.balances[index]!;
    state.changed.add(index);
    if (balance <= rest) {
      rest -= balance;
      state.balances[index] = ZERO;
      state.payable.remove(index);
      notePayment(state, index, balance);
    } else {
      state.balances[index] = balance - rest;
      notePayment(state, index, rest);
      rest = ZERO;
    }
  }
  const paid = owed - rest;
  state.overage = rest;
  state.total -= paid;
  state.totalGrantUsage += paid;
};

/** Gives the open segment's payments back, so that it is as at its start with nothing used. */
export const undoSegment = (state: BurnState): void => {
  const { segment } = state;
  for (const [position, index] of segment.payers.entries()) {
    const payment = segment.payments[position]!;
    state.balances[index] = state.balances[index]! + payment;
    state.payable.add(index);
    state.total += payment;
    state.totalGrantUsage -= payment;
  }
  state.usage -= segment.usage;
  state.overage = segment.overageAtStart;
  segment.usage = ZERO;
  segment.payers.length = 0;
  segment.payments.length = 0;
};
