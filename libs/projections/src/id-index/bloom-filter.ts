import type { Entries } from './entries.js';
import type { KeyWords } from './key-words.js';

/** Memory per id. With {@link PROBES} it answers "maybe" for about 0.8 % of the ids that it does not hold. */
const FILTER_BITS_PER_ID = 10;
/** Bits looked at per id: bits per id × ln 2, rounded, is where the false answers are fewest. */
const PROBES = 7;

/** Keeps a probe a small positive integer, whose remainder is several times cheaper than that of a larger number. */
const POSITIVE = 0x3fffffff;

/** Says "surely not" or "maybe" of an id. The hashes are uniform already, so their words serve as the two hash functions. */
export class BloomFilter {
  private readonly bits: number;

  constructor(readonly bytes: Uint8Array) {
    this.bits = bytes.byteLength * 8;
  }

  static over(entries: Entries): BloomFilter {
    const filter = new BloomFilter(new Uint8Array(Math.max(8, Math.ceil((entries.count * FILTER_BITS_PER_ID) / 8))));
    for (let entry = 0; entry < entries.count; entry += 1) filter.add(entries.word(entry, 2), entries.word(entry, 3));
    return filter;
  }

  private add(first: number, second: number): void {
    const step = second | 1;
    let probe = first;
    for (let i = 0; i < PROBES; i += 1) {
      const bit = (probe & POSITIVE) % this.bits;
      this.bytes[bit >>> 3]! |= 1 << (bit & 7);
      probe = (probe + step) | 0;
    }
  }

  /** The first word places an id in its segment and is nearly the same for all of them: only the last two are used here. */
  mayHold(words: KeyWords): boolean {
    const step = words[3] | 1;
    let probe = words[2];
    for (let i = 0; i < PROBES; i += 1) {
      const bit = (probe & POSITIVE) % this.bits;
      if (((this.bytes[bit >>> 3] ?? 0) & (1 << (bit & 7))) === 0) return false;
      probe = (probe + step) | 0;
    }
    return true;
  }
}
