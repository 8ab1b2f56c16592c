import { createHash } from 'node:crypto';
import { Refusal } from '@drawdown/errors';
import { LIMITS } from './limits.js';

/** Number of partitions of every stream; fixed for the life of a deployment (design §3.9). */
export const PARTITIONS = 64;

const FNV_OFFSET_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const utf8 = new TextEncoder();

/** Nearly every key: nothing to encode, and no longer than a key may be. */
const IS_ITS_OWN_TOKEN = /^[A-Za-z0-9_\-~]{1,128}$/;

const escapeByte = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;

/** Outside `A-Z a-z 0-9 _ - ~` every byte of UTF-8 becomes `%XX`; safe in subjects and headers. */
export const percentEncode = (value: string): string =>
  value.replace(/[^A-Za-z0-9_\-~]+/g, run => Array.from(utf8.encode(run), escapeByte).join(''));

/**
 * A value given by a user as one token of a subject (design §4): percent-encoded outside `A-Z a-z 0-9 _ - ~`; as `=` and a SHA-256 in
 * hex where that would be longer than 200 characters.
 * @throws Refusal `VALIDATION` for an empty value, one above 128 bytes of UTF-8, or a broken surrogate pair.
 */
export const encodeToken = (value: string, field = 'token'): string => {
  if (IS_ITS_OWN_TOKEN.test(value)) return value;
  const problem = tokenProblem(value);
  if (problem !== undefined) {
    throw new Refusal('VALIDATION', `${field} ${problem}`, { field }, [{ field, description: problem }]);
  }
  const encoded = percentEncode(value);
  return encoded.length <= LIMITS.encodedTokenCharsMax ? encoded : `=${createHash('sha256').update(value, 'utf8').digest('hex')}`;
};

/** Half a surrogate pair has no UTF-8; encoders would silently replace it. */
export const hasLoneSurrogate = (value: string): boolean => /\p{Surrogate}/u.test(value);

const tokenProblem = (value: string): string | undefined => {
  if (value === '') return 'must not be empty';
  if (hasLoneSurrogate(value)) return 'is not well-formed Unicode';
  return utf8.encode(value).length > LIMITS.tokenBytesMax ? `is longer than ${LIMITS.tokenBytesMax} bytes` : undefined;
};

/** The value behind a token, or `undefined` where only its hash was stored (the event then holds the value) or the token is not ours. */
export const decodeToken = (token: string): string | undefined => {
  if (!/^(?:[A-Za-z0-9_\-~]|%[0-9A-F]{2})+$/.test(token)) return undefined;
  try {
    return decodeURIComponent(token);
  } catch {
    return undefined; // escapes that are not UTF-8: nothing that encodeToken writes
  }
};

/**
 * The partition of a key, as the server's `{{partition(64,…)}}` computes it: FNV-1a-32 over the bytes of the encoded tokens, joined
 * without a separator, modulo 64 (design §4.2).
 */
export const partitionOf = (...encodedTokens: readonly string[]): number => {
  let hash = FNV_OFFSET_BASIS;
  for (const token of encodedTokens) {
    for (let index = 0; index < token.length; index += 1) {
      hash = Math.imul(hash ^ token.charCodeAt(index), FNV_PRIME);
    }
  }
  return (hash >>> 0) % PARTITIONS;
};
