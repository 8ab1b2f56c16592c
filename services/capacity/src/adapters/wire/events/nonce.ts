import type { NonceTaken } from '../../../domain/index.js';
import { integer, text } from '../codec.js';
import { eventsOf } from '../events.js';

/** The one fact of a customer's nonce, as it stands on `drawdown.capacity.<NN>.nonce.<customer>.<nonce>` (capacity §13.1). */
export const nonceEvents = eventsOf<NonceTaken>('drawdown.capacity.nonce', {
  'nonce-taken': { reservationId: integer, requestHash: text },
});
