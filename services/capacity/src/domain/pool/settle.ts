import type { Seconds } from '../amount/instant.js';
import { NOTHING, plusEach, type Amounts } from '../amount/per-dimension.js';
import { emptyAtOf, exhaustsAtOf, settle } from './account.js';
import type { Draft } from './draft.js';
import { isInTree } from './loan/account.js';
import type { Borrowing } from './loan/state.js';

/** Drains the pool up to an instant at the rates it had. */
export const settleTo = (next: Draft, at: Seconds): void => {
  const settled = settle(next, at);
  if (isInTree(next)) {
    next.borrowing = settled.borrowing;
    next.lending = settled.lending;
  }
  next.balance = settled.balance;
  next.unfunded = settled.unfunded;
  next.asOf = settled.asOf;
};

/** Computes when the pool is empty, from the balance and the rates that it has now. */
export const foresee = (next: Draft): void => {
  next.emptyAt = emptyAtOf(next);
  next.exhaustsAt = next.exhausted.length === 0 ? next.emptyAt : exhaustsAtOf(next);
  if (next.borrowing !== undefined) tellParent(next, next.borrowing);
};

/** Whatever changes when a child runs empty is news for its parent (capacity §15.8). */
const tellParent = (next: Draft, borrowing: Borrowing): void => {
  next.messages += 1;
  next.borrowing = { ...borrowing, news: next.messages };
};

/** Drains the pool up to an instant; from then on it has more and drains at other rates. */
export const settleWith = (next: Draft, at: Seconds, added: Amounts, rates: Amounts): void => {
  settleTo(next, at);
  if (added !== NOTHING) next.balance = plusEach(next.balance, added);
  next.rates = rates;
  foresee(next);
};
