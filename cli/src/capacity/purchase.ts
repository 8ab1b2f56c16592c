import { randomBytes } from 'node:crypto';
import { purchaseText } from '@drawdown/capacity/domain';
import { ReservationData, type CreateReservationRequest } from '@drawdown/proto/capacity';
import type { Signer } from './signer.js';

/** What is bought, by whom. */
export interface PurchaseOrder {
  /** 0 opens a pool, anything else tops that pool up. */
  readonly poolId: number;
  /** Whole unit-seconds. */
  readonly cus: bigint;
  readonly sus: bigint;
  readonly ipv4us: bigint;
  /** For a top-up: all that the pool has, and perhaps more. */
  readonly nodeIds: readonly string[];
  /** Codes, most liked first. */
  readonly currencies: readonly string[];
  readonly customerTid: number;
  readonly customer: Signer;
  /** Who signs with the customer, and what that changes the price to. */
  readonly sponsor?: { readonly tid: number; readonly signer: Signer };
  /** Last second, unix, at which the signatures count; at most 24 h after the purchase. */
  readonly notAfter: number;
}

export type SignedPurchase = Pick<
  CreateReservationRequest,
  'json' | 'dataReservation' | 'customerTid' | 'customerSignature' | 'sponsorTid' | 'sponsorSignature'
>;

const NONCE_BYTES = 16;

/** Writes the text of version 2, with a nonce of its own, and signs it (capacity §6.3). */
export const signPurchase = (order: PurchaseOrder): SignedPurchase => {
  const { poolId, cus, sus, ipv4us, nodeIds, currencies, customerTid, customer, sponsor, notAfter } = order;
  const sponsorTid = sponsor?.tid ?? 0;
  const nonce = randomBytes(NONCE_BYTES).toString('hex');
  const json = purchaseText({ poolId, unitSeconds: [cus, sus, ipv4us], nodeIds, currencies }, { customerTid, sponsorTid, nonce, notAfter });
  return {
    json,
    dataReservation: ReservationData.create({
      poolId: String(poolId),
      cus: String(cus),
      sus: String(sus),
      ipv4us: String(ipv4us),
      nodeIds: { values: [...nodeIds] },
      currencies: { values: [...currencies] },
    }),
    customerTid,
    customerSignature: customer.sign(json),
    sponsorTid,
    sponsorSignature: sponsor?.signer.sign(json) ?? '',
  };
};
