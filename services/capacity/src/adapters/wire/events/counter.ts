import type { NumberTaken } from '../../../domain/index.js';
import { integer } from '../codec.js';
import { eventsOf } from '../events.js';

/** The facts of a counter, as they stand on `drawdown.capacity.<NN>.counter.<name>` (capacity §5.3). */
export const counterEvents = eventsOf<NumberTaken>('drawdown.capacity.counter', { 'number-taken': { number: integer } });
