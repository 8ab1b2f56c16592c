import { isRefusal, Refusal } from '@drawdown/errors';
import { canonicalJson } from '../content/canonical-json.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../content/json.js';
import { LIMITS } from '../limits.js';
import { checkNamespace, checkTag } from './names.js';

/** What a caller or a definition says about an object besides the object; not trusted before it is resolved. */
export interface InformOptions {
  readonly namespace?: unknown;
  readonly tags?: unknown;
  readonly metadata?: unknown;
  readonly maxAttempts?: unknown;
}

/** What holds for an object after precedence and validation. */
export interface ResolvedOptions {
  readonly namespace: string;
  readonly tags: readonly string[];
  readonly metadata: JsonObject;
  /** Attempts per cycle, not retries. */
  readonly maxAttempts: number;
}

export const NAMESPACE_DEFAULT = 'default';

/** Members of metadata that only the system writes. */
export const RESERVED_METADATA_PREFIX = 'drawdown:';

/** The first value that is set: neither absent nor the type's zero (reconciliation, beginning). */
export const firstSet = <Value>(...values: readonly (Value | null | undefined)[]): Value | undefined =>
  values.find((value): value is Value => value !== undefined && value !== null && value !== 0 && value !== '');

/**
 * The options of an object: the call's before the definition's before the defaults, each member by itself, never merged (§5.4).
 * @throws Refusal of the first that is wrong: tags, then metadata, then the number of attempts, then the namespace.
 */
export const resolveOptions = (call: InformOptions, definition: InformOptions): ResolvedOptions => ({
  tags: checkTags(call.tags ?? definition.tags ?? []),
  metadata: checkMetadata(call.metadata ?? definition.metadata ?? {}),
  maxAttempts: checkMaxAttempts(firstSet(call.maxAttempts, definition.maxAttempts) ?? LIMITS.maxAttemptsDefault),
  namespace: checkNamespace(firstSet(call.namespace, definition.namespace) ?? NAMESPACE_DEFAULT),
});

const checkTags = (value: unknown): readonly string[] => {
  if (!Array.isArray(value)) throw new Refusal('TAG_INVALID', 'tags are a list');
  if (value.length > LIMITS.tagsMax) throw new Refusal('TAG_INVALID', `there are ${LIMITS.tagsMax} tags at most`);
  return (value as readonly unknown[]).map(checkTag);
};

/** @throws Refusal `MAX_ATTEMPTS_INVALID` unless it is a whole number from 1 to 32 767. */
export const checkMaxAttempts = (value: unknown): number => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= LIMITS.maxAttemptsMax) return value;
  throw new Refusal('MAX_ATTEMPTS_INVALID', `attempts are a whole number from 1 to ${LIMITS.maxAttemptsMax}`);
};

/**
 * How many attempts of a kind may run at once in one process; not set means 1.
 * @throws Refusal `PARALLELISM_INVALID` unless it is a whole number from 0 to 10 000.
 */
export const resolveParallelism = (value: unknown): number => {
  const parallelism = firstSet(value) ?? LIMITS.parallelismDefault;
  if (typeof parallelism === 'number' && Number.isInteger(parallelism) && parallelism > 0 && parallelism <= LIMITS.parallelismMax) {
    return parallelism;
  }
  throw new Refusal('PARALLELISM_INVALID', `parallelism is a whole number from 1 to ${LIMITS.parallelismMax}`);
};

const checkMetadata = (value: unknown): JsonObject => {
  const text = metadataText(value);
  if (Buffer.byteLength(text) > LIMITS.metadataBytesMax) {
    throw new Refusal('METADATA_INVALID', `metadata takes ${LIMITS.metadataBytesMax} bytes at most`);
  }
  const metadata = JSON.parse(text) as JsonValue;
  if (!isJsonObject(metadata)) throw new Refusal('METADATA_INVALID', 'metadata is an object');
  const reserved = Object.keys(metadata).find(name => name.startsWith(RESERVED_METADATA_PREFIX));
  if (reserved !== undefined) throw new Refusal('METADATA_INVALID', `metadata ${reserved} is the system's own`);
  return metadata;
};

const metadataText = (value: unknown): string => {
  try {
    return canonicalJson(value);
  } catch (cause) {
    if (!isRefusal(cause)) throw cause;
    throw new Refusal('METADATA_INVALID', `metadata: ${cause.message}`, {}, [], { cause });
  }
};
