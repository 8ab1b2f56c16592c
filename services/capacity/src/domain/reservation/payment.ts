import { Refusal } from '@drawdown/errors';
import { eachDimension, of, type PerDimension } from '../amount/per-dimension.js';
import { LIST_PRICES, priceOf, unitSecondPrice } from '../price/price.js';
import type { FarmFacts, ReservationFacts, ReservationRequest } from './facts.js';

/** How long a reservation waits for its payment (capacity §6.5). */
export const PAYMENT_WINDOW_SECONDS = 3_600;

/** Counts only where every node is free to use (capacity §6.4). */
const FREE_CURRENCY = 'FreeTFT';

/** What has to be paid, and how. */
export interface PaymentDue {
  readonly farmId: number;
  readonly address: string;
  readonly asset: string;
  /** In 10⁻⁷ of the asset. */
  readonly amount: bigint;
}

const notPossible = (rule: string, message: string): Refusal => new Refusal('PAYMENT_NOT_POSSIBLE', message, { rule });

/** The asset to pay in: the buyer's first currency that is known here and for which the farm can be paid (capacity §6.4). */
const assetOf = ({ data }: ReservationRequest, farm: FarmFacts, { nodes, terms }: ReservationFacts): string => {
  const isFreeToUse = (data.nodeIds ?? []).every(nodeId => nodes.get(nodeId)?.isFreeToUse === true);
  for (const currency of data.currencies ?? []) {
    if (currency === FREE_CURRENCY && !isFreeToUse) continue;
    const asset = terms.assets.get(currency);
    if (asset !== undefined && farm.payoutCurrencies.includes(currency)) return asset;
  }
  throw notPossible('currency', 'the farm takes none of the currencies');
};

/** Prices follow the sponsor of the pool if it has one, else the customer of the reservation (capacity §6.2). */
const pricesFor = (
  { data, customerTid, sponsorTid }: ReservationRequest,
  farm: FarmFacts,
  pool: ReservationFacts['pool'],
): PerDimension<bigint> => {
  const sponsor = data.poolId === 0 ? sponsorTid : (pool?.sponsor ?? 0);
  const monthly = farm.agreedPrices.get(sponsor === 0 ? customerTid : sponsor) ?? farm.prices;
  return monthly === undefined ? LIST_PRICES : eachDimension(dimension => unitSecondPrice(of(monthly, dimension)));
};

/**
 * The payment that a reservation needs (capacity §6.1 row 18, §6.4, §6.5); absent where nothing is ever paid.
 * @throws Refusal `PAYMENT_NOT_POSSIBLE`, `CAPACITY_OVERFLOW`
 */
export const paymentDue = (request: ReservationRequest, facts: ReservationFacts): PaymentDue | undefined => {
  const { farm, pool, terms } = facts;
  if (farm === undefined) throw notPossible('farm', 'nobody can be paid for these nodes');
  const amount = priceOf(request.data.unitSeconds, pricesFor(request, farm, pool), terms.network);
  if (terms.isFree) return undefined;
  const asset = assetOf(request, farm, facts);
  if (terms.address === undefined) throw notPossible('address', 'there is no address to pay to');
  return { farmId: farm.farmId, address: terms.address, asset, amount };
};
