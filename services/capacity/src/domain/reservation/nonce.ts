import { createHash } from 'node:crypto';
import { Refusal } from '@drawdown/errors';
import type { ReservationRequest } from './facts.js';

/** The aggregate of a customer's nonce: which reservation it was used for (capacity §13.1). Absent: not used. */
export interface TakenNonce {
  readonly reservationId: number;
  /** Of everything that was signed. */
  readonly requestHash: string;
}

export interface TakeNonce extends TakenNonce {
  readonly type: 'take';
}

export interface NonceTaken extends TakenNonce {
  readonly type: 'nonce-taken';
}

/**
 * Takes a nonce. The same request again takes nothing: it resumes the reservation that the state names.
 * @throws Refusal `NONCE_USED`
 */
export const decideNonce = ({ reservationId, requestHash }: TakeNonce, taken: TakenNonce | undefined): readonly NonceTaken[] => {
  if (taken === undefined) return [{ type: 'nonce-taken', reservationId, requestHash }];
  if (taken.requestHash === requestHash) return [];
  throw new Refusal('NONCE_USED', 'the nonce was used for another reservation');
};

export const evolveNonce = (_taken: TakenNonce | undefined, { reservationId, requestHash }: NonceTaken): TakenNonce => ({
  reservationId,
  requestHash,
});

/** The hash that tells requests apart: of everything that was signed and by whom. Lengths stand before texts, so that none runs into the next. */
export const requestHash = (request: Omit<ReservationRequest, 'data'>): string => {
  const hash = createHash('sha256');
  const { json, customerTid, customerSignature, sponsorTid, sponsorSignature } = request;
  for (const part of [json, String(customerTid), customerSignature, String(sponsorTid), sponsorSignature]) {
    hash.update(`${Buffer.byteLength(part, 'utf8')}:${part}`);
  }
  return hash.digest('hex');
};
