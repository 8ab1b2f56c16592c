import type { EventOf, Kind } from '../../application/aggregates/kinds.js';
import { counterEvents } from './events/counter.js';
import { nonceEvents } from './events/nonce.js';
import { poolEvents } from './events/pool.js';
import type { WireEvents } from './events.js';
import { reservationEvents } from './events/reservation.js';

const REGISTRIES: { readonly [K in Kind]: WireEvents<EventOf<K>> } = {
  pool: poolEvents,
  reservation: reservationEvents,
  nonce: nonceEvents,
  counter: counterEvents,
};

/** How the events of one kind of aggregate stand in the log. */
export const eventRegistryOf = <K extends Kind>(kind: K): WireEvents<EventOf<K>> => REGISTRIES[kind];

/** Every kind of aggregate there is. */
export const KINDS = Object.keys(REGISTRIES) as readonly Kind[];
