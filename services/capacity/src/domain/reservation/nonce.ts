import { Refusal } from '@drawdown/errors';

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
