import type { KeyWords } from './key-words.js';
import { isEarlier, type Place } from './place.js';

/** 16 bytes of hash, 6 of sequence, 2 of index, all most significant byte first, so that bytes sort like what they mean. */
const ENTRY_BYTES = 24;
const SEQUENCE_AT = 16;
const INDEX_AT = 22;
const UINT32_RANGE = 2 ** 32;
const UINT16_RANGE = 2 ** 16;

/** Entries in ascending order of (hash, sequence, index), packed. */
export class Entries {
  private readonly view: DataView;
  readonly count: number;

  constructor(readonly bytes: Uint8Array) {
    if (bytes.byteLength % ENTRY_BYTES !== 0) throw new RangeError(`${bytes.byteLength} bytes are no whole number of entries`);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.count = bytes.byteLength / ENTRY_BYTES;
  }

  static allocate(count: number): Entries {
    return new Entries(new Uint8Array(count * ENTRY_BYTES));
  }

  /** The `nth` word of the hash of an entry, 0 to 3. */
  word(entry: number, nth: number): number {
    return this.view.getUint32(entry * ENTRY_BYTES + nth * 4);
  }

  place(entry: number): Place {
    const at = entry * ENTRY_BYTES;
    const sequence = this.view.getUint16(at + SEQUENCE_AT) * UINT32_RANGE + this.view.getUint32(at + SEQUENCE_AT + 2);
    return { sequence, index: this.view.getUint16(at + INDEX_AT) };
  }

  set(entry: number, words: KeyWords, place: Place): void {
    const at = entry * ENTRY_BYTES;
    this.view.setUint32(at, words[0]);
    this.view.setUint32(at + 4, words[1]);
    this.view.setUint32(at + 8, words[2]);
    this.view.setUint32(at + 12, words[3]);
    this.view.setUint16(at + SEQUENCE_AT, Math.floor(place.sequence / UINT32_RANGE) % UINT16_RANGE);
    this.view.setUint32(at + SEQUENCE_AT + 2, place.sequence % UINT32_RANGE);
    this.view.setUint16(at + INDEX_AT, place.index);
  }

  copyFrom(source: Entries, from: number, to: number): void {
    const origin = from * ENTRY_BYTES;
    const target = to * ENTRY_BYTES;
    // Word by word: making a view of 24 bytes costs more than copying them.
    for (let byte = 0; byte < ENTRY_BYTES; byte += 4) this.view.setUint32(target + byte, source.view.getUint32(origin + byte));
  }

  /** The first `count` entries, in memory of their own. */
  first(count: number): Entries {
    return new Entries(this.bytes.slice(0, count * ENTRY_BYTES));
  }

  /** Order of two entries by hash, then place: negative, 0 or positive. */
  compare(entry: number, other: Entries, otherEntry: number): number {
    const at = entry * ENTRY_BYTES;
    const otherAt = otherEntry * ENTRY_BYTES;
    for (let byte = 0; byte < ENTRY_BYTES; byte += 4) {
      const difference = this.view.getUint32(at + byte) - other.view.getUint32(otherAt + byte);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  /** The latest place of this hash that lies before `before`. */
  find(words: KeyWords, before: Place): Place | undefined {
    let found: Place | undefined;
    for (let entry = this.lowerBound(words); entry < this.count && this.compareHash(entry, words) === 0; entry += 1) {
      const place = this.place(entry);
      if (!isEarlier(place, before)) break;
      found = place;
    }
    return found;
  }

  private compareHash(entry: number, words: KeyWords): number {
    return (
      this.word(entry, 0) - words[0] || this.word(entry, 1) - words[1] || this.word(entry, 2) - words[2] || this.word(entry, 3) - words[3]
    );
  }

  /** First entry whose hash is not smaller. */
  private lowerBound(words: KeyWords): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compareHash(middle, words) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
