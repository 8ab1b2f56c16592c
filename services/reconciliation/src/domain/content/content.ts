import { hash } from 'node:crypto';
import { Refusal } from '@drawdown/errors';
import { LIMITS } from '../limits.js';
import { canonicalJson } from './canonical-json.js';
import type { JsonValue } from './json.js';

/** What is stored of an object, and the hash by which a change is noticed (reconciliation §2.1, §7.4). */
export interface Content {
  /** A copy of what was handed over: its owner may change the original. */
  readonly object: JsonValue;
  /** SHA-256 of the canonical text without what is ignored; 64 hexadecimal digits. */
  readonly hash: string;
}

export const hashText = (text: string): string => hash('sha256', text, 'hex');

/**
 * @param hashIgnore JSON pointers to what is no change.
 * @throws Refusal `OBJECT_NOT_SERIALIZABLE`; `OBJECT_TOO_LARGE` beyond `LIMITS.objectBytesMax` of canonical text.
 */
export const contentOf = (object: unknown, hashIgnore: readonly string[] = []): Content => {
  const text = canonicalJson(object);
  const bytes = Buffer.byteLength(text);
  if (bytes > LIMITS.objectBytesMax) {
    throw new Refusal('OBJECT_TOO_LARGE', `the object takes ${bytes} bytes as JSON, ${LIMITS.objectBytesMax} at most`);
  }
  return {
    object: JSON.parse(text) as JsonValue,
    hash: hashText(hashIgnore.length === 0 ? text : canonicalJson(object, hashIgnore)),
  };
};
