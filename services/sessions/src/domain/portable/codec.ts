import { HitUnreadable, decodeHit, encodeHitText } from '../hit/encode.js';
import type { FiledHit } from './filed-hit.js';
import { textOfBytes } from './text-bytes.js';

/** Turns a hit, with the key it is filed under, into one stored member and back. */
export interface HitCodec {
  encode(filed: FiledHit): Uint8Array;
  /** @throws HitUnreadable */
  decode(member: Uint8Array): FiledHit;
}

/** The same for the list of hits that a compactor stores as one value. */
export interface HitListCodec {
  encode(hits: readonly FiledHit[]): Uint8Array;
  /** @throws HitUnreadable */
  decode(list: Uint8Array): readonly FiledHit[];
}

const SEPARATOR = '\n';

const encodeText = ({ hit, sessionKey }: FiledHit): string => JSON.stringify(sessionKey) + SEPARATOR + encodeHitText(hit);

const decodeText = (text: string): FiledHit => {
  const end = text.indexOf(SEPARATOR);
  if (end === -1) throw new HitUnreadable('it names no session');
  return { sessionKey: parseKey(text.slice(0, end)), hit: decodeHit(text.slice(end + 1)) };
};

const parseKey = (text: string): string => {
  try {
    const key: unknown = JSON.parse(text);
    if (typeof key === 'string') return key;
  } catch (cause) {
    throw new HitUnreadable('the key of its session is not JSON', { cause });
  }
  throw new HitUnreadable('the key of its session is not a text');
};

/** Two lines of JSON: the session key, then the hit as everything else stores it (`encodeHit`). JSON itself has no line breaks. */
export const JSON_HITS: HitCodec = {
  encode: filed => Buffer.from(encodeText(filed)),
  decode: member => decodeText(textOfBytes(member)),
};

/** The members of a list one after the other, two lines each. */
export const JSON_HIT_LISTS: HitListCodec = {
  encode: hits => Buffer.from(hits.map(encodeText).join(SEPARATOR)),
  decode: list => {
    if (list.byteLength === 0) return [];
    const lines = textOfBytes(list).split(SEPARATOR);
    return Array.from({ length: Math.ceil(lines.length / 2) }, (_, index) =>
      decodeText(lines.slice(2 * index, 2 * index + 2).join(SEPARATOR)),
    );
  },
};
