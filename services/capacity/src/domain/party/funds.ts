import { Refusal } from '@drawdown/errors';
import type { Funds, Party } from './state.js';

/** Most money in one asset: what a 64-bit integer holds, balance and open payments together, so that each of them can come back. */
export const FUNDS_MAX = 9_223_372_036_854_775_807n;

/** Assets that one party holds money in. */
export const LEDGER_ASSETS_MAX = 32;

/** Asset and issuer, printable. */
const ASSET = /^[A-Za-z0-9]{1,32}:[\x21-\x7e]{1,128}$/;

/** What a party has of an asset. */
export const fundsOf = ({ funds }: Party, asset: string): bigint => funds.find(entry => entry.asset === asset)?.amount ?? 0n;

/** What reservations have taken of an asset and may still give back. */
const openOf = ({ payments }: Party, asset: string): bigint =>
  payments.reduce((sum, payment) => (payment.outcome === 'open' && payment.asset === asset ? sum + payment.amount : sum), 0n);

/** @throws Refusal `INVALID_AMOUNT`: nothing, less, or more than 64 bits hold */
export const requireSum = (amount: bigint): void => {
  if (amount > 0n && amount <= FUNDS_MAX) return;
  throw new Refusal('INVALID_AMOUNT', `an amount of money is from 1 to ${FUNDS_MAX}`, { limit: String(FUNDS_MAX) });
};

/**
 * That more money of an asset finds its place.
 * @throws Refusal `VALIDATION` of `asset`, `INVALID_AMOUNT`, `BALANCE_OVERFLOW`
 */
export const requirePlace = (party: Party, { asset, amount }: Funds): void => {
  if (!ASSET.test(asset)) {
    const description = 'must be CODE:ISSUER';
    throw new Refusal('VALIDATION', `asset ${description}`, { field: 'asset' }, [{ field: 'asset', description }]);
  }
  requireSum(amount);
  // Assets that only payments hold count as well: their money may come back.
  const assets = new Set([...party.funds, ...party.payments.filter(({ outcome }) => outcome === 'open')].map(entry => entry.asset));
  if (!assets.has(asset) && assets.size >= LEDGER_ASSETS_MAX) throw overflow(LEDGER_ASSETS_MAX, 'assets');
  if (fundsOf(party, asset) + openOf(party, asset) + amount > FUNDS_MAX) throw overflow(FUNDS_MAX, 'in an asset');
};

const overflow = (limit: bigint | number, what: string): Refusal =>
  new Refusal('BALANCE_OVERFLOW', `a ledger holds at most ${limit} ${what}`, { limit: String(limit) });

/** Funds with more, or less, of an asset. */
export const fundsAfter = (party: Party, { asset, amount }: Funds): readonly Funds[] => {
  if (amount === 0n) return party.funds;
  const left = fundsOf(party, asset) + amount;
  const others = party.funds.filter(entry => entry.asset !== asset);
  return left === 0n ? others : [...others, { asset, amount: left }].sort((one, other) => (one.asset < other.asset ? -1 : 1));
};
