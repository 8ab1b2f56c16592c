import type { Seconds } from '../amount/instant.js';
import type { Reservation } from './state.js';

/** How the payment of a reservation stands (capacity §2.3). */
export interface PaymentRecord {
  /** Number of the reservation. */
  readonly id: number;
  readonly farmerId: number;
  readonly address: string;
  /** Last second at which a payment counts. */
  readonly expiration: Seconds;
  readonly asset: string;
  /** In 10⁻⁷ of the asset. */
  readonly amount: bigint;
  /** It came in, whole and in time. */
  readonly paid: boolean;
  /** The capacity is there, and the money the farm's. */
  readonly released: boolean;
  /** What came in is on its way back. */
  readonly cancellationPending: boolean;
  /** Nothing came of it, and nothing is left to give back. */
  readonly canceled: boolean;
  /** Why not; empty otherwise. */
  readonly cause: string;
}

/** The record of a reservation's payment; absent where nothing is paid. */
export const paymentRecordOf = ({ id, status, payment, received, cause }: Reservation): PaymentRecord | undefined => {
  if (payment === undefined) return undefined;
  const { farmId, address, expiresAt, asset, amount } = payment;
  const isCancelled = status === 'expired' || status === 'refused' || status === 'refunded';
  const wasPaid = status === 'paid' || status === 'settled' || (cause !== undefined && cause !== 'expired' && received >= amount);
  return {
    id,
    farmerId: farmId,
    address,
    expiration: expiresAt,
    asset,
    amount,
    paid: wasPaid,
    released: status === 'settled',
    cancellationPending: status === 'refunding',
    canceled: isCancelled,
    cause: cause ?? '',
  };
};
