import type { Reservation } from '../../domain/index.js';
import type { Question } from './question.js';

/** A reservation, whole. */
export const getReservation: Question<'reservation', Record<never, never>, Reservation> = {
  kind: 'reservation',
  answer: reservation => reservation,
};
