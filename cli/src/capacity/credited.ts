import { setTimeout as pause } from 'node:timers/promises';
import { ReservationsServiceService, ReservationStatus, type Reservation } from '@drawdown/proto/capacity';
import type { DrawdownClient } from '../client/drawdown-client.js';

const WAIT_MS_MAX = 15_000;
const PAUSE_MS_MIN = 5;
const PAUSE_MS_MAX = 200;

/** Nothing more happens to it than money that goes back. */
const FINAL: readonly ReservationStatus[] = [
  ReservationStatus.SETTLED,
  ReservationStatus.EXPIRED,
  ReservationStatus.REFUSED,
  ReservationStatus.REFUNDING,
  ReservationStatus.REFUNDED,
];

/**
 * A reservation that was paid, once its pool has the credit or never gets it. What takes longer than 15 s is answered as it stands then.
 * @throws CallFailed
 */
export const onceCredited = async (
  client: DrawdownClient,
  reservationId: number,
  minPosition: string,
): Promise<Reservation | undefined> => {
  const endMs = performance.now() + WAIT_MS_MAX;
  for (let pauseMs = PAUSE_MS_MIN; ; pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX)) {
    const { reservation } = await client.call(ReservationsServiceService.getReservation, { reservationId, minPosition });
    if (reservation === undefined || FINAL.includes(reservation.status) || performance.now() > endMs) return reservation;
    await pause(pauseMs);
  }
};
