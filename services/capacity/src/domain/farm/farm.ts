import { Refusal } from '@drawdown/errors';
import type { Seconds } from '../amount/instant.js';
import type { PerDimension } from '../amount/per-dimension.js';
import type { DecidedAt, RecordedAt } from '../pool/at-instant.js';
import { hasBytes, isNumber, requireFields, type FieldRule } from '../validation/violations.js';

/** USD for a unit over 30 days, in doubles (capacity §6.5). */
export type MonthlyPrices = PerDimension<number>;

/** Where a farm can be paid in one currency. */
export interface Payout {
  readonly currency: string;
  readonly address: string;
}

/** Prices agreed with a customer or a sponsor. */
export interface AgreedPrices {
  readonly tid: number;
  readonly prices: MonthlyPrices;
}

/** What is known of a farm; replaced as a whole. */
export interface FarmContent {
  /** Each currency once; ascending by it in the state. */
  readonly payouts: readonly Payout[];
  /** Absent: the list prices hold. */
  readonly prices?: MonthlyPrices | undefined;
  /** Each tid once; ascending by it in the state. */
  readonly agreedPrices: readonly AgreedPrices[];
}

/** The aggregate: who is paid. Every event carries it whole. */
export interface Farm extends FarmContent {
  /** The tenant that owns it; never changes. */
  readonly namespace: string;
  readonly farmId: number;
  /** Latest instant of any event. */
  readonly lastAt: Seconds;
}

export interface RegisterFarm extends DecidedAt, FarmContent {
  readonly type: 'register';
  readonly namespace: string;
  readonly farmId: number;
}

/** Replaces everything but the id. Reservations that wait for their payment keep the price they were told. */
export interface UpdateFarm extends DecidedAt, FarmContent {
  readonly type: 'update';
}

export type FarmCommand = RegisterFarm | UpdateFarm;

export interface FarmEvent extends RecordedAt {
  readonly type: 'farm-registered' | 'farm-updated';
  readonly farm: Farm;
}

/** A farm that nobody has registered. */
export const NO_FARM = undefined;

export const FARM_LIMITS = {
  payoutsMax: 32,
  agreedPricesMax: 1_000,
  currencyBytesMax: 32,
  addressBytesMax: 128,
  monthlyUsdMax: 1_000_000,
} as const;

/**
 * What a command comes to for a farm. What is so already changes nothing.
 * @throws Refusal `FARM_EXISTS`, `FARM_UNKNOWN`, `VALIDATION`
 */
export const decideFarm = (command: FarmCommand, farm: Farm | undefined): readonly FarmEvent[] => {
  if (command.type === 'register') return register(command, farm);
  if (farm === undefined) throw new Refusal('FARM_UNKNOWN', 'there is no such farm');
  const at = Math.max(command.at, farm.lastAt);
  const content = contentOf(command);
  return isSame(content, farm) ? [] : [{ type: 'farm-updated', farm: { ...farm, ...content, lastAt: at }, at }];
};

const register = (command: RegisterFarm, farm: Farm | undefined): readonly FarmEvent[] => {
  const { namespace, farmId, at } = command;
  requireFields([['farm_id', isNumber(farmId), 'must be a whole number, 1 or more']]);
  const content = contentOf(command);
  if (farm === undefined) return [{ type: 'farm-registered', farm: { namespace, farmId, ...content, lastAt: at }, at }];
  if (farm.namespace === namespace && isSame(content, farm)) return [];
  throw new Refusal('FARM_EXISTS', `there is a farm ${farmId} already`, { farmId: String(farmId) });
};

const isPrice = (monthlyUsd: number): boolean => monthlyUsd >= 0 && monthlyUsd <= FARM_LIMITS.monthlyUsdMax;

const hasEachOnce = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

const payoutRules = (payouts: readonly Payout[]): readonly FieldRule[] => {
  const { payoutsMax, currencyBytesMax, addressBytesMax } = FARM_LIMITS;
  return [
    ['payouts', payouts.length <= payoutsMax, `must be ${payoutsMax} at most`],
    ['payouts', hasEachOnce(payouts.map(({ currency }) => currency)), 'must name each currency once'],
    ...payouts.flatMap(({ currency, address }, index): FieldRule[] => [
      [`payouts[${index}].currency`, hasBytes(currency, currencyBytesMax), `must have 1–${currencyBytesMax} bytes`],
      [`payouts[${index}].address`, hasBytes(address, addressBytesMax), `must have 1–${addressBytesMax} bytes`],
    ]),
  ];
};

const priceRules = ({ prices, agreedPrices }: FarmContent): readonly FieldRule[] => {
  const { agreedPricesMax, monthlyUsdMax } = FARM_LIMITS;
  const range = `must be 0–${monthlyUsdMax}`;
  return [
    ['prices', prices === undefined || prices.every(isPrice), range],
    ['agreed_prices', agreedPrices.length <= agreedPricesMax, `must be ${agreedPricesMax} at most`],
    ['agreed_prices', hasEachOnce(agreedPrices.map(({ tid }) => tid)), 'must name each party once'],
    ...agreedPrices.flatMap((agreed, index): FieldRule[] => [
      [`agreed_prices[${index}].tid`, isNumber(agreed.tid), 'must be a whole number, 1 or more'],
      [`agreed_prices[${index}].prices`, agreed.prices.every(isPrice), range],
    ]),
  ];
};

const contentOf = ({ payouts, prices, agreedPrices }: FarmContent): FarmContent => {
  requireFields([...payoutRules(payouts), ...priceRules({ payouts, prices, agreedPrices })]);
  return {
    payouts: payouts.toSorted((one, other) => (one.currency < other.currency ? -1 : 1)),
    prices,
    agreedPrices: agreedPrices.toSorted((one, other) => one.tid - other.tid),
  };
};

const isSame = (one: FarmContent, other: FarmContent): boolean => textOf(one) === textOf(other);

/** All of it in one order. */
const textOf = ({ payouts, prices, agreedPrices }: FarmContent): string =>
  JSON.stringify([
    payouts.map(({ currency, address }) => [currency, address]),
    prices ?? null,
    agreedPrices.map(agreed => [agreed.tid, agreed.prices]),
  ]);

/** An event holds the farm as it is after it. */
export const evolveFarm = (_farm: Farm | undefined, { farm }: FarmEvent): Farm => farm;
