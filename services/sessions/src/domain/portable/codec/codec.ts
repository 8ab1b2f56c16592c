import { HitUnreadable } from '../../hit/encode.js';
import type { FiledHit } from '../filed-hit.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { readHit, writeHit } from './hit-fields.js';

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

/** Nothing is written while another value is: encoding is one step. */
const writer = new ByteWriter();

/** Every field in its place, without names, so that reading is cutting: several times as fast as JSON. Equal hits are equal bytes. */
export const BINARY_HITS: HitCodec = {
  encode: filed => {
    writer.begin();
    writeHit(writer, filed);
    return writer.written();
  },
  decode: member => {
    const reader = new ByteReader(member);
    const filed = readHit(reader);
    if (reader.left > 0) throw new HitUnreadable('it goes on beyond its end');
    return filed;
  },
};

/** The same hits one after the other; each says itself where it ends. */
export const BINARY_HIT_LISTS: HitListCodec = {
  encode: hits => {
    writer.begin();
    for (const filed of hits) writeHit(writer, filed);
    return writer.written();
  },
  decode: list => {
    const reader = new ByteReader(list);
    const hits: FiledHit[] = [];
    while (reader.left > 0) hits.push(readHit(reader));
    return hits;
  },
};
