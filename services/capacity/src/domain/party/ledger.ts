import { Refusal } from '@drawdown/errors';
import type { Seconds } from '../amount/instant.js';
import type { DepositFunds, ForgetPayout, KeepPayment, LedgerCommand, ReceivePayout, ReturnPayment, TakePayment } from './commands.js';
import type { PartyEvent } from './events.js';
import { fundsAfter, fundsOf, requirePlace, requireSum } from './funds.js';
import type { Funds, LedgerPayment, Party } from './state.js';

/**
 * Payments that a ledger remembers at a time: the open ones, and those whose window is not over; likewise payouts. The record is written with
 * every event, so it has to stay well below the size of a message.
 */
export const LEDGER_PAYMENTS_MAX = 1_000;

const NO_MONEY: Funds = { asset: '', amount: 0n };

/**
 * What a command does to the prepaid ledger. A payment is recognised by its reservation: while it is open, and as long as it could be taken
 * again, it stands in the record; after its window a repeat is refused for its time, so what is closed may be forgotten. The record stays small
 * and takes nothing twice.
 * @throws Refusal `VALIDATION`, `INVALID_AMOUNT`, `BALANCE_OVERFLOW`, `FUNDS_INSUFFICIENT`, `PAYMENT_EXPIRED`, `PAYMENT_MISMATCH`,
 *   `TOO_MANY_PAYMENTS`
 */
export const decideLedger = (command: LedgerCommand, party: Party, at: Seconds): readonly PartyEvent[] => {
  switch (command.type) {
    case 'deposit':
      return deposit(command, party, at);
    case 'take-payment':
      return take(command, party, at);
    case 'return-payment':
      return giveBack(command, party, at);
    case 'keep-payment':
      return keep(command, party, at);
    case 'receive-payout':
      return receivePayout(command, party, at);
    case 'forget-payout':
      return forgetPayout(command, party, at);
  }
};

const deposit = ({ asset, amount }: DepositFunds, party: Party, at: Seconds): readonly PartyEvent[] => {
  requirePlace(party, { asset, amount });
  return [{ type: 'funds-deposited', asset, amount, party: changed(party, at, { asset, amount }), at }];
};

const paymentOf = ({ payments }: Party, reservationId: number): LedgerPayment | undefined =>
  payments.find(payment => payment.reservationId === reservationId);

const take = ({ reservationId, asset, amount, expiresAt }: TakePayment, party: Party, at: Seconds): readonly PartyEvent[] => {
  const known = paymentOf(party, reservationId);
  if (known !== undefined) {
    if (known.outcome === 'returned') throw tooLate(reservationId);
    if (known.asset === asset && known.amount === amount) return [];
    throw new Refusal('PAYMENT_MISMATCH', `reservation ${reservationId} has taken another amount`, { taken: String(known.amount) });
  }
  requireSum(amount);
  if (at > expiresAt) throw tooLate(reservationId);
  const available = fundsOf(party, asset);
  if (available < amount) {
    const metadata = { asset, available: String(available), missing: String(amount - available) };
    throw new Refusal('FUNDS_INSUFFICIENT', `there is too little ${asset} in the ledger`, metadata);
  }
  const payment: LedgerPayment = { reservationId, asset, amount, expiresAt, takenAt: at, outcome: 'open' };
  const after = changed(party, at, { asset, amount: -amount }, payment);
  requireFewPayments(after);
  return [{ type: 'payment-taken', reservationId, asset, amount, party: after, at }];
};

const giveBack = ({ reservationId, expiresAt }: ReturnPayment, party: Party, at: Seconds): readonly PartyEvent[] => {
  const known = paymentOf(party, reservationId);
  if (known?.outcome === 'open') {
    const { amount } = known;
    const after = changed(party, at, known, { ...known, outcome: 'returned' });
    return [{ type: 'payment-returned', reservationId, amount, party: after, at }];
  }
  if (known !== undefined || at > expiresAt) return [];
  const after = changed(party, at, NO_MONEY, { reservationId, ...NO_MONEY, expiresAt, takenAt: at, outcome: 'returned' });
  requireFewPayments(after);
  return [{ type: 'payment-returned', reservationId, amount: 0n, party: after, at }];
};

const keep = ({ reservationId }: KeepPayment, party: Party, at: Seconds): readonly PartyEvent[] => {
  const known = paymentOf(party, reservationId);
  if (known?.outcome !== 'open') return [];
  return [{ type: 'payment-kept', reservationId, party: changed(party, at, NO_MONEY, { ...known, outcome: 'kept' }), at }];
};

const tooLate = (reservationId: number): Refusal =>
  new Refusal('PAYMENT_EXPIRED', `reservation ${reservationId} cannot be paid any more`, { reservationId: String(reservationId) });

const requireFewPayments = ({ payments, payouts }: Pick<Party, 'payments' | 'payouts'>): void => {
  if (payments.length <= LEDGER_PAYMENTS_MAX && payouts.length <= LEDGER_PAYMENTS_MAX) return;
  const limit = String(LEDGER_PAYMENTS_MAX);
  throw new Refusal('TOO_MANY_PAYMENTS', `a ledger has at most ${limit} payments under way`, { limit });
};

/** A payout is remembered until whoever owed it says that it is done with it; that is later than any repeat. */
const receivePayout = ({ payoutId, asset, amount }: ReceivePayout, party: Party, at: Seconds): readonly PartyEvent[] => {
  if (party.payouts.some(payout => payout.payoutId === payoutId)) return [];
  requirePlace(party, { asset, amount });
  const payouts = [...party.payouts, { payoutId, amount }].sort((one, other) => (one.payoutId < other.payoutId ? -1 : 1));
  const after = { ...changed(party, at, { asset, amount }), payouts };
  requireFewPayments(after);
  return [{ type: 'payout-received', payoutId, asset, amount, party: after, at }];
};

const forgetPayout = ({ payoutId }: ForgetPayout, party: Party, at: Seconds): readonly PartyEvent[] => {
  const payouts = party.payouts.filter(payout => payout.payoutId !== payoutId);
  if (payouts.length === party.payouts.length) return [];
  return [{ type: 'payout-forgotten', payoutId, party: { ...changed(party, at, NO_MONEY), payouts }, at }];
};

/** The party with more (or less) of an asset and with a payment as it is now; without what need not be remembered any more. */
const changed = (party: Party, at: Seconds, funds: Funds, payment?: LedgerPayment): Party => {
  const others = party.payments.filter(({ reservationId }) => reservationId !== payment?.reservationId);
  return {
    ...party,
    funds: fundsAfter(party, funds),
    payments: (payment === undefined ? others : [...others, payment])
      .filter(({ outcome, expiresAt }) => outcome === 'open' || expiresAt >= at)
      .sort((one, other) => one.reservationId - other.reservationId),
    lastAt: at,
  };
};
