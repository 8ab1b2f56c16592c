import type { Quantity } from '@drawdown/quantity';
import type { Grant } from './grant.js';

/** What is left of a balance after a reset: lifted to the minimum, then cut to the maximum, which therefore wins (entitlements §6.6). */
export const rolloverBalance = (grant: Grant, balance: Quantity): Quantity => {
  const lifted = balance < grant.resetMinRollover ? grant.resetMinRollover : balance;
  return lifted > grant.resetMaxRollover ? grant.resetMaxRollover : lifted;
};

/** A grant's balance after one of its occurrences: set to the amount, not added; without a recurrence nothing happens (entitlements §4.3). */
export const recurrenceBalance = (grant: Grant, balance: Quantity): Quantity => (grant.recurrence === undefined ? balance : grant.amount);
