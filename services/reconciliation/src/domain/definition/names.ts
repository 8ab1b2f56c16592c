import { Refusal } from '@drawdown/errors';
import { LIMITS } from '../limits.js';

/** Groups of lowercase letters and digits joined by single `_` or `-`; linear, whatever the text. */
const NAME = /^[a-z0-9]+(?:[_-][a-z0-9]+)*$/;

/** Names of what the system itself does (reconciliation §5.2). */
const RESERVED_KINDS: ReadonlySet<string> = new Set(['inform', 'resources', 'controller', 'maintenance']);

type NameOf = 'KIND' | 'NAMESPACE';

const checkName = (what: NameOf, value: unknown, charactersMax: number): string => {
  const shown = what.toLowerCase();
  if (value === '') throw new Refusal(`${what}_EMPTY`, `a ${shown} needs a name`);
  if (typeof value !== 'string') throw new Refusal(`${what}_INVALID`, `the name of a ${shown} is a text`);
  if (value.length > charactersMax) throw new Refusal(`${what}_TOO_LONG`, `the name of a ${shown} has ${charactersMax} characters at most`);
  if (!NAME.test(value)) {
    throw new Refusal(`${what}_INVALID`, `the ${shown} ${value} is not made of lowercase letters and digits joined by single _ or -`);
  }
  return value;
};

/** @throws Refusal `KIND_EMPTY`, `KIND_TOO_LONG`, `KIND_INVALID`, `KIND_RESERVED`, checked in this order. */
export const checkKind = (value: unknown): string => {
  const kind = checkName('KIND', value, LIMITS.kindCharactersMax);
  if (RESERVED_KINDS.has(kind)) throw new Refusal('KIND_RESERVED', `the kind ${kind} is the system's own`);
  return kind;
};

/** @throws Refusal `NAMESPACE_EMPTY`, `NAMESPACE_TOO_LONG`, `NAMESPACE_INVALID`. */
export const checkNamespace = (value: unknown): string => checkName('NAMESPACE', value, LIMITS.namespaceCharactersMax);

/** @throws Refusal `OBJECT_ID_INVALID` unless it is a text of 1 to 254 characters. */
export const checkObjectId = (value: unknown): string => {
  if (typeof value === 'string' && value.length >= 1 && value.length <= LIMITS.objectIdCharactersMax) return value;
  throw new Refusal('OBJECT_ID_INVALID', `an object's id is a text of 1 to ${LIMITS.objectIdCharactersMax} characters`);
};

/** ASCII word characters, hyphens only inside; at least three characters. */
const TAG = /^\w[\w-]+\w$/;

/** @throws Refusal `TAG_TOO_LONG`, `TAG_INVALID`, checked in this order (reconciliation §5.3). */
export const checkTag = (value: unknown): string => {
  if (typeof value !== 'string') throw new Refusal('TAG_INVALID', 'a tag is a text');
  if (value.length > LIMITS.tagCharactersMax) throw new Refusal('TAG_TOO_LONG', `a tag has ${LIMITS.tagCharactersMax} characters at most`);
  if (!TAG.test(value)) throw new Refusal('TAG_INVALID', `the tag ${value} is not at least three word characters with hyphens only inside`);
  return value;
};
