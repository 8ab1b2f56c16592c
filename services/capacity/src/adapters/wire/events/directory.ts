import type { FarmEvent, NodeEvent, PartyEvent } from '../../../domain/index.js';
import { bigInteger } from '../amounts.js';
import { integer, text } from '../codec.js';
import { eventsOf } from '../events.js';
import { farmState as farm, nodeState as node, partyState as party } from '../states/directory.js';

/** The facts of a party, as they stand on `drawdown.capacity.<NN>.party.<tid>`: each with the party after it. */
export const partyEvents = eventsOf<PartyEvent>('drawdown.capacity.party', {
  'party-registered': { party, at: integer },
  'party-updated': { party, at: integer },
  'funds-deposited': { party, asset: text, amount: bigInteger, at: integer },
  'payment-taken': { party, reservationId: integer, asset: text, amount: bigInteger, at: integer },
  'payment-returned': { party, reservationId: integer, amount: bigInteger, at: integer },
  'payment-kept': { party, reservationId: integer, at: integer },
  'payout-received': { party, payoutId: text, asset: text, amount: bigInteger, at: integer },
  'payout-forgotten': { party, payoutId: text, at: integer },
});

/** The facts of a node, as they stand on `drawdown.capacity.<NN>.node.<id>`: each with the node after it. */
export const nodeEvents = eventsOf<NodeEvent>('drawdown.capacity.node', {
  'node-registered': { node, at: integer },
  'node-updated': { node, at: integer },
  'node-unregistered': { node, at: integer },
});

/** The facts of a farm, as they stand on `drawdown.capacity.<NN>.farm.<id>`: each with the farm after it. */
export const farmEvents = eventsOf<FarmEvent>('drawdown.capacity.farm', {
  'farm-registered': { farm, at: integer },
  'farm-updated': { farm, at: integer },
});
