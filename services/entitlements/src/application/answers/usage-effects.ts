import type { PartitionOwner } from '../partition/partition-owner.js';
import type { UsageMessage } from '../usage/usage-message.js';
import type { UsageEffect } from '../usage/usage-observer.js';
import { tombstoneOf } from '../usage/event-ids.js';

/**
 * What became of the events of a message that has been applied, in their order: worked out again from the index of ids, so that the answer
 * does not depend on who applied it and when (entitlements §19.4).
 */
export const effectsOf = async (owner: PartitionOwner, sequence: number, message: UsageMessage): Promise<readonly UsageEffect[]> => {
  const effects: UsageEffect[] = [];
  for (const event of message.events) {
    const position = { sequence, index: event.index };
    const known = await owner.ids.lookup(event.hash, position);
    const repeat = known === undefined ? undefined : await owner.usageFold.repeatOf(event, known);
    if (repeat !== undefined) effects.push(repeat);
    else if ((await owner.ids.lookup(tombstoneOf(event.hash), position)) !== undefined) effects.push('CANCELLED');
    else if (event.cancels !== undefined || owner.usageFold.measured(message.namespace, event).length > 0) effects.push('COUNTED');
    else effects.push('UNMATCHED');
  }
  return effects;
};
