import type { PerDimension } from '../amount/per-dimension.js';
import type { Network } from '../price/price.js';
import type { Purchase } from '../signature/purchase-message.js';

/** A reservation as it was asked for; text and signatures are kept as they came (capacity §2.2). */
export interface ReservationRequest {
  readonly json: string;
  readonly data: Purchase;
  readonly customerTid: number;
  readonly customerSignature: string;
  /** 0 for none. */
  readonly sponsorTid: number;
  readonly sponsorSignature: string;
}

/** Somebody who signs. */
export interface Party {
  /** Ed25519, 64 hex digits. */
  readonly publicKey: string;
  readonly isTrustedChannel: boolean;
}

export interface NodeFacts {
  readonly farmId: number;
  readonly isFreeToUse: boolean;
}

/** USD for a unit over 30 days. */
export type MonthlyPrices = PerDimension<number>;

export interface FarmFacts {
  readonly farmId: number;
  /** Codes of the currencies in which the farm can be paid. */
  readonly payoutCurrencies: readonly string[];
  /** Absent: the list prices hold. */
  readonly prices?: MonthlyPrices | undefined;
  /** Prices agreed with a customer or a sponsor, by tid. */
  readonly agreedPrices: ReadonlyMap<number, MonthlyPrices>;
}

/** The pool to be topped up, as it is now. */
export interface TargetPool {
  readonly nodeIds: readonly string[];
  readonly sponsor: number;
}

/** How reservations are paid here. */
export interface PaymentTerms {
  readonly network: Network;
  /** Assets, `CODE:ISSUER`, by the code of the currency. */
  readonly assets: ReadonlyMap<string, string>;
  /** Nothing has to be paid. */
  readonly isFree: boolean;
  /** Where to pay; absent: no address could be got. */
  readonly address: string | undefined;
}

/** Everything looked up for a reservation; the decision asks nobody (design §3.3). */
export interface ReservationFacts {
  readonly acceptsLegacySignatures: boolean;
  readonly customer: Party | undefined;
  readonly sponsor: Party | undefined;
  /** Nodes of the request that are known, by id. */
  readonly nodes: ReadonlyMap<string, NodeFacts>;
  /** The farm of those nodes. */
  readonly farm: FarmFacts | undefined;
  readonly pool: TargetPool | undefined;
  readonly terms: PaymentTerms;
}
