import { HASH_CHARACTERS, type HashKey } from './place.js';

/** The four 32-bit words of a hash, the first characters being the most significant ones of the first word. */
export type KeyWords = readonly [number, number, number, number];

const wordAt = (key: HashKey, at: number): number =>
  ((key.charCodeAt(at) << 24) | (key.charCodeAt(at + 1) << 16) | (key.charCodeAt(at + 2) << 8) | key.charCodeAt(at + 3)) >>> 0;

export const wordsOf = (key: HashKey): KeyWords => {
  if (key.length !== HASH_CHARACTERS) throw new RangeError(`a hash has ${HASH_CHARACTERS} characters, not ${key.length}`);
  return [wordAt(key, 0), wordAt(key, 4), wordAt(key, 8), wordAt(key, 12)];
};
