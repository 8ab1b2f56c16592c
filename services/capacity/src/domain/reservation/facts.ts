import type { Farm } from '../farm/farm.js';
import type { Node } from '../node/node.js';
import type { Party } from '../party/state.js';
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
export type Signer = Pick<Party, 'publicKey' | 'isTrustedChannel'>;

export type NodeFacts = Pick<Node, 'farmId' | 'isFreeToUse' | 'isGone'>;

export type FarmFacts = Pick<Farm, 'farmId' | 'payouts' | 'prices' | 'agreedPrices'>;

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
  readonly customer: Signer | undefined;
  readonly sponsor: Signer | undefined;
  /** Nodes that are known, by id: of the request, and of the pool that is topped up. */
  readonly nodes: ReadonlyMap<string, NodeFacts>;
  /** The farm of the request's nodes. */
  readonly farm: FarmFacts | undefined;
  readonly pool: TargetPool | undefined;
  readonly terms: PaymentTerms;
}
