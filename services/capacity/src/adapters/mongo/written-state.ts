import type { Kind, StateOf } from '../../application/aggregates/kinds.js';
import { snapshotCodecOf } from '../wire/snapshots.js';
import type { Written } from './documents.js';

/** A state written down, and in which form. */
export const toDbState = <K extends Kind>(kind: K, state: NonNullable<StateOf<K>>): Written => {
  const codec = snapshotCodecOf(kind);
  return { format: codec.format, state: codec.write(state) };
};

/**
 * The state that was written down; absent where this build writes another form.
 * @throws Error for a text that is damaged
 */
export const fromDbState = <K extends Kind>(kind: K, { format, state }: Written): NonNullable<StateOf<K>> | undefined => {
  const codec = snapshotCodecOf(kind);
  return format === codec.format ? codec.read(state) : undefined;
};
