import { idHash, type Hash128 } from '@drawdown/cloudevents';
import type { CommandIndex } from '@drawdown/eventlog';
import type { CustomerKey } from '../accounts/account.js';
import { ANYWHERE, type EventIds } from '../usage/event-ids.js';

/** No CloudEvents source begins like this, so a command id never meets an event id in the index they share (design §4.7). */
const COMMAND_SOURCE = '\u0000command';

export const commandHash = ({ namespace, customer }: CustomerKey, commandId: string): Hash128 =>
  idHash(namespace, customer, COMMAND_SOURCE, commandId);

/** Finds commands that were recorded before what an account has folded in memory (design §3.11). */
export const commandIndex = (ids: EventIds, key: CustomerKey): CommandIndex => ({
  find: async commandId => (await ids.lookup(commandHash(key, commandId), ANYWHERE))?.sequence,
});
