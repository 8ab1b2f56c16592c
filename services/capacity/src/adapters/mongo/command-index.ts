import { createHash } from 'node:crypto';
import type { CommandIndex } from '@drawdown/eventlog';
import { HASH_CHARACTERS, SEQUENCE_MAX, type HashKey, type IdIndex, type Place } from '@drawdown/projections';

/** Later than every place. */
const ANYWHERE: Place = { sequence: SEQUENCE_MAX, index: 0 };

/** A command id means something within its aggregate only. */
export const commandHash = (subject: string, commandId: string): HashKey =>
  createHash('sha256').update(`${subject}\n${commandId}`).digest().toString('latin1', 0, HASH_CHARACTERS);

/** Where the commands of one aggregate were recorded. */
export const commandIndex = (ids: Pick<IdIndex, 'lookup'>, subject: string): CommandIndex => ({
  find: async commandId => (await ids.lookup(commandHash(subject, commandId), ANYWHERE))?.sequence,
});
