import { Refusal } from '@drawdown/errors';
import type { Seconds } from '../amount/instant.js';
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
  /** Where the buyer pays. */
  readonly address: string;
  /** Where the farm is paid once the capacity is there. */
  readonly payoutAddress: string;
  readonly asset: string;
  /** In 10⁻⁷ of the asset. */
  readonly amount: bigint;
  /** Of a unit-second in 10⁻⁷ of the asset, as they were then; what the network takes off is not. */
  readonly prices: PerDimension<bigint>;
}

/** The same, with the last second at which it counts. */
export interface TimedPayment extends PaymentDue {
  readonly expiresAt: Seconds;
}

const notPossible = (rule: string, message: string): Refusal => new Refusal('PAYMENT_NOT_POSSIBLE', message, { rule });

/** What of a purchase says how it is paid. */
export type Payable = Pick<ReservationRequest, 'data' | 'customerTid' | 'sponsorTid'>;

/** What of the facts says so. */
export type PaymentFacts = Pick<ReservationFacts, 'nodes' | 'farm' | 'pool' | 'terms'>;

/** The buyer's first currency that is known here and for which the farm can be paid; exactly one is used (capacity §6.4). */
const choiceOf = ({ data }: Payable, farm: FarmFacts, { nodes, terms }: PaymentFacts): Pick<PaymentDue, 'asset' | 'payoutAddress'> => {
  const isFreeToUse = (data.nodeIds ?? []).every(nodeId => nodes.get(nodeId)?.isFreeToUse === true);
  for (const currency of data.currencies ?? []) {
    if (currency === FREE_CURRENCY && !isFreeToUse) continue;
    const asset = terms.assets.get(currency);
    const payout = farm.payouts.find(entry => entry.currency === currency);
    if (asset !== undefined && payout !== undefined) return { asset, payoutAddress: payout.address };
  }
  throw notPossible('currency', 'the farm takes none of the currencies');
};

/** Prices follow the sponsor of the pool if it has one, else the customer of the reservation (capacity §6.2). */
const pricesFor = ({ data, customerTid, sponsorTid }: Payable, farm: FarmFacts, pool: ReservationFacts['pool']): PerDimension<bigint> => {
  const sponsor = data.poolId === 0 ? sponsorTid : (pool?.sponsor ?? 0);
  const payer = sponsor === 0 ? customerTid : sponsor;
  const monthly = farm.agreedPrices.find(({ tid }) => tid === payer)?.prices ?? farm.prices;
  return monthly === undefined ? LIST_PRICES : eachDimension(dimension => unitSecondPrice(of(monthly, dimension)));
};

/**
 * The payment that a reservation needs (capacity §6.1 row 18, §6.4, §6.5); absent where nothing is ever paid.
 * @throws Refusal `PAYMENT_NOT_POSSIBLE`, `CAPACITY_OVERFLOW`
 */
export const paymentDue = (request: Payable, facts: PaymentFacts): PaymentDue | undefined => {
  const { farm, pool, terms } = facts;
  const { unitSeconds } = request.data;
  if (terms.isFree) {
    // Asked for its limit only: what nobody pays for has to fit into a pool all the same.
    priceOf(unitSeconds, LIST_PRICES, terms.network);
    return undefined;
  }
  if (farm === undefined) throw notPossible('farm', 'nobody can be paid for these nodes');
  const prices = pricesFor(request, farm, pool);
  const amount = priceOf(unitSeconds, prices, terms.network);
  const choice = choiceOf(request, farm, facts);
  if (terms.address === undefined) throw notPossible('address', 'there is no address to pay to');
  return { farmId: farm.farmId, address: terms.address, amount, prices, ...choice };
};
