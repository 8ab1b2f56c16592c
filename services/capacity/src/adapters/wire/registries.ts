import type { EventOf, Kind } from '../../application/aggregates/kinds.js';
import { counterEvents } from './events/counter.js';
import { farmEvents, nodeEvents, partyEvents } from './events/directory.js';
import { nonceEvents } from './events/nonce.js';
import { poolEvents } from './events/pool.js';
import type { WireEvents } from './events.js';
import { reservationEvents } from './events/reservation.js';

/** How the events of each kind of aggregate stand in the log. */
export const registries: { readonly [K in Kind]: WireEvents<EventOf<K>> } = {
  pool: poolEvents,
  reservation: reservationEvents,
  nonce: nonceEvents,
  counter: counterEvents,
  party: partyEvents,
  node: nodeEvents,
  farm: farmEvents,
};

/** Every kind of aggregate there is. */
export const KINDS = Object.keys(registries) as readonly Kind[];
