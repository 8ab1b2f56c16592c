import { hash } from 'node:crypto';

/** Bytes of a digest that are kept, 128 bits: that any two of 10^12 texts get one key has a chance of about 10^-15. */
const KEY_BYTES = 16;

/**
 * Joins texts so that no two lists of texts give the same text (D15): each is preceded by its length in bytes of UTF-8,
 * `3:abc|0:|2:de`.
 */
export const lengthPrefixed = (texts: readonly string[]): string => {
  let joined = '';
  for (const text of texts) joined += `${joined === '' ? '' : '|'}${String(Buffer.byteLength(text))}:${text}`;
  return joined;
};

/** The key of a text: 22 characters of base64url, the first 128 bits of its SHA-256. */
export const keyOf = (text: string): string => hash('sha256', text, 'buffer').toString('base64url', 0, KEY_BYTES);
