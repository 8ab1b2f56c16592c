import { Refusal } from '@drawdown/errors';
import type { Seconds } from '../amount/instant.js';
import type { DepositFunds, KeepPayment, LedgerCommand, ReturnPayment, TakePayment } from './commands.js';
import type { PartyEvent } from './events.js';
import type { LedgerPayment, Party } from './state.js';

/** Most money in one asset: what a 64-bit integer holds, balance and open payments together, so that each of them can come back. */
export const FUNDS_MAX = 9_223_372_036_854_775_807n;

/** Assets that one party holds money in. */
export const LEDGER_ASSETS_MAX = 32;

/**
 * Payments that a ledger remembers at a time: the open ones, and those whose window is not over. The record is written with every event, so it
 * has to stay well below the size of a message.
 */
export const LEDGER_PAYMENTS_MAX = 1_000;

/** Asset and issuer, printable. */
const ASSET = /^[A-Za-z0-9]{1,32}:[\x21-\x7e]{1,128}$/;

export const isAsset = (text: string): boolean => ASSET.test(text);

/** What a party has of an asset. */
export const fundsOf = ({ funds }: Party, asset: string): bigint => funds.find(entry => entry.asset === asset)?.amount ?? 0n;

/** What reservations have taken of an asset and may still give back. */
const openOf = ({ payments }: Party, asset: string): bigint =>
  payments.reduce((sum, payment) => (payment.outcome === 'open' && payment.asset === asset ? sum + payment.amount : sum), 0n);

const paymentOf = ({ payments }: Party, reservationId: number): LedgerPayment | undefined =>
  payments.find(payment => payment.reservationId === reservationId);

const isAmount = (amount: bigint): boolean => amount > 0n && amount <= FUNDS_MAX;

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
  }
};

const deposit = ({ asset, amount }: DepositFunds, party: Party, at: Seconds): readonly PartyEvent[] => {
  if (!isAsset(asset)) {
    const description = 'must be CODE:ISSUER';
    throw new Refusal('VALIDATION', `asset ${description}`, { field: 'asset' }, [{ field: 'asset', description }]);
  }
  if (!isAmount(amount)) throw new Refusal('INVALID_AMOUNT', `a deposit is from 1 to ${FUNDS_MAX}`, { limit: String(FUNDS_MAX) });
  const isNewAsset = !party.funds.some(entry => entry.asset === asset);
  if (isNewAsset && party.funds.length >= LEDGER_ASSETS_MAX) {
    throw new Refusal('BALANCE_OVERFLOW', `a ledger has money in ${LEDGER_ASSETS_MAX} assets at most`, {
      limit: String(LEDGER_ASSETS_MAX),
    });
  }
  if (fundsOf(party, asset) + openOf(party, asset) + amount > FUNDS_MAX) {
    throw new Refusal('BALANCE_OVERFLOW', `a ledger has at most ${FUNDS_MAX} in an asset`, { limit: String(FUNDS_MAX) });
  }
  return [{ type: 'funds-deposited', asset, amount, party: changed(party, at, { asset, amount }), at }];
};

const take = ({ reservationId, asset, amount, expiresAt }: TakePayment, party: Party, at: Seconds): readonly PartyEvent[] => {
  const known = paymentOf(party, reservationId);
  if (known !== undefined) {
    if (known.outcome === 'returned') throw tooLate(reservationId);
    if (known.asset === asset && known.amount === amount) return [];
    throw new Refusal('PAYMENT_MISMATCH', `reservation ${reservationId} has taken another amount`, { taken: String(known.amount) });
  }
  if (!isAmount(amount)) throw new Refusal('INVALID_AMOUNT', `a payment is from 1 to ${FUNDS_MAX}`, { limit: String(FUNDS_MAX) });
  if (at > expiresAt) throw tooLate(reservationId);
  const available = fundsOf(party, asset);
  if (available < amount) {
    const metadata = { asset, available: String(available), missing: String(amount - available) };
    throw new Refusal('FUNDS_INSUFFICIENT', `there is too little ${asset} in the ledger`, metadata);
  }
  const payment: LedgerPayment = { reservationId, asset, amount, expiresAt, takenAt: at, outcome: 'open' };
  const after = changed(party, at, { asset, amount: -amount }, payment);
  return [{ type: 'payment-taken', reservationId, asset, amount, party: withinBounds(after), at }];
};

const giveBack = ({ reservationId, expiresAt }: ReturnPayment, party: Party, at: Seconds): readonly PartyEvent[] => {
  const known = paymentOf(party, reservationId);
  if (known === undefined) {
    if (at > expiresAt) return [];
    const never: LedgerPayment = { reservationId, asset: '', amount: 0n, expiresAt, takenAt: at, outcome: 'returned' };
    return [{ type: 'payment-returned', reservationId, amount: 0n, party: withinBounds(changed(party, at, never, never)), at }];
  }
  if (known.outcome !== 'open') return [];
  const { amount } = known;
  return [{ type: 'payment-returned', reservationId, amount, party: changed(party, at, known, { ...known, outcome: 'returned' }), at }];
};

const keep = ({ reservationId }: KeepPayment, party: Party, at: Seconds): readonly PartyEvent[] => {
  const known = paymentOf(party, reservationId);
  if (known?.outcome !== 'open') return [];
  const after = changed(party, at, { asset: known.asset, amount: 0n }, { ...known, outcome: 'kept' });
  return [{ type: 'payment-kept', reservationId, party: after, at }];
};

const tooLate = (reservationId: number): Refusal =>
  new Refusal('PAYMENT_EXPIRED', `reservation ${reservationId} cannot be paid any more`, { reservationId: String(reservationId) });

const withinBounds = (party: Party): Party => {
  if (party.payments.length <= LEDGER_PAYMENTS_MAX) return party;
  throw new Refusal('TOO_MANY_PAYMENTS', `a ledger has ${LEDGER_PAYMENTS_MAX} payments under way at most`, {
    limit: String(LEDGER_PAYMENTS_MAX),
  });
};

/** The party with more (or less) of an asset and with a payment as it is now; without what need not be remembered any more. */
const changed = (
  party: Party,
  at: Seconds,
  { asset, amount }: { readonly asset: string; readonly amount: bigint },
  payment?: LedgerPayment,
): Party => {
  const funds = party.funds.filter(entry => entry.asset !== asset);
  const left = fundsOf(party, asset) + amount;
  if (left > 0n) funds.push({ asset, amount: left });
  const payments = party.payments.filter(({ reservationId }) => reservationId !== payment?.reservationId);
  if (payment !== undefined) payments.push(payment);
  return {
    ...party,
    funds: funds.sort((one, other) => (one.asset < other.asset ? -1 : 1)),
    payments: payments
      .filter(({ outcome, expiresAt }) => outcome === 'open' || expiresAt >= at)
      .sort((one, other) => one.reservationId - other.reservationId),
    lastAt: at,
  };
};
