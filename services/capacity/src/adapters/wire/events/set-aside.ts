import type { SetAsideEvent } from '../../../domain/index.js';
import { integer, text } from '../codec.js';
import { eventsOf } from '../events.js';

/** What operators set aside, on `drawdown.capacity.<NN>.operations.set-aside`: kept for ever, and read whole by every replica. */
export const setAsideEvents = eventsOf<SetAsideEvent>('drawdown.capacity.operations', {
  'message-set-aside': { sequence: integer, reason: text },
  'message-taken-back': { sequence: integer },
});
