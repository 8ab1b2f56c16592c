import type { InstantMs } from '@drawdown/calendar';
import { contentOf } from '../content/content.js';
import type { InformedObject } from '../resource/commands.js';
import { checkObjectId } from './names.js';
import { firstSet, resolveOptions, type InformOptions } from './options.js';

/** An object as a caller hands it over, or an informer lists it, and what is said about it; nothing of it is trusted. */
export interface GivenObject {
  readonly kind: string;
  readonly objectId: unknown;
  readonly object: unknown;
  /** The object's own created-at; 0 is none. */
  readonly createdAt?: InstantMs | undefined;
  /** Of the call; an informer run has none. */
  readonly callOptions?: InformOptions | undefined;
  readonly definitionOptions?: InformOptions | undefined;
  /** JSON pointers to what is no change. */
  readonly hashIgnore?: readonly string[] | undefined;
}

/**
 * Resolves and validates (reconciliation §6.1, steps 2 and 3), whether or not a record is there already.
 * @throws Refusal of the first that is wrong: tags, metadata, attempts, namespace, object id, object.
 */
export const informedObject = (given: GivenObject): InformedObject => ({
  options: resolveOptions(given.callOptions ?? {}, given.definitionOptions ?? {}),
  kind: given.kind,
  objectId: checkObjectId(given.objectId),
  content: contentOf(given.object, given.hashIgnore),
  externalCreatedAt: firstSet(given.createdAt) ?? null,
});
