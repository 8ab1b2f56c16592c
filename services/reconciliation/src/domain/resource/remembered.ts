import { Refusal } from '@drawdown/errors';
import { LIMITS } from '../limits.js';
import type { CommandIdentity } from './commands.js';
import { OWN_VERSION, type RememberedCommand, type Resource, type ResourceRecord } from './record.js';

/**
 * The command that a record remembers under an id; an older one than the last 16 counts as new, which is harmless (reconciliation §15.9).
 * @throws Refusal `IDEMPOTENCY_MISMATCH` if that one asked for something else.
 */
export const recognise = (record: Resource, identity: CommandIdentity | undefined): RememberedCommand | undefined => {
  const known = identity && record?.commands.find(({ id }) => id === identity.id);
  if (known !== undefined && known.bodyHash !== identity?.bodyHash) {
    throw new Refusal('IDEMPOTENCY_MISMATCH', `the command ${known.id} asked for something else before`, { commandId: known.id });
  }
  return known;
};

export const remember = (record: ResourceRecord, identity: CommandIdentity | undefined): ResourceRecord => {
  if (identity === undefined) return record;
  const older = record.commands.slice(-(LIMITS.commandsRememberedMax - 1));
  return { ...record, commands: [...older, { id: identity.id, bodyHash: identity.bodyHash, version: OWN_VERSION }] };
};
