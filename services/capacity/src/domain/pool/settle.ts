import type { Seconds } from '../amount/instant.js';
import { NOTHING, plusEach, type Amounts } from '../amount/per-dimension.js';
import { emptyAtOf, exhaustsAtOf, settle } from './account.js';
import type { Draft } from './draft.js';

/** Drains the pool up to an instant; from then on it has more and drains at other rates. */
export const settleWith = (next: Draft, at: Seconds, added: Amounts, rates: Amounts): void => {
  const { balance, unfunded, asOf } = settle(next, at);
  next.balance = added === NOTHING ? balance : plusEach(balance, added);
  next.rates = rates;
  next.unfunded = unfunded;
  next.asOf = asOf;
  next.emptyAt = emptyAtOf(next.balance, rates, asOf);
  next.exhaustsAt = exhaustsAtOf(next);
};
