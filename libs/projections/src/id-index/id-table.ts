import { Entries } from './entries.js';
import type { KeyWords } from './key-words.js';
import { isEarlier, laterOf, type Place } from './place.js';

const SLOTS_MIN = 1_024;
/** Positions are packed beside the first word into one exact double for sorting: 32 + 21 bits. */
const POSITIONS_MAX = 2 ** 21;

/**
 * The ids since the last flush: an open hash table in typed arrays, because a `Map` of strings costs several times as much per id.
 * An id may stand at several places. Filled to half at most.
 */
export class IdTable {
  private slots = new Int32Array(SLOTS_MIN).fill(-1);
  private words = new Uint32Array((SLOTS_MIN / 2) * 4);
  private sequences = new Float64Array(SLOTS_MIN / 2);
  private indexes = new Uint16Array(SLOTS_MIN / 2);
  private used = 0;

  get count(): number {
    return this.used;
  }

  get memoryBytes(): number {
    return this.slots.byteLength + this.words.byteLength + this.sequences.byteLength + this.indexes.byteLength;
  }

  /** An entry that is there already is not added again. */
  add(words: KeyWords, place: Place): void {
    if (this.used >= POSITIONS_MAX) throw new RangeError(`more than ${POSITIONS_MAX} ids without a flush`);
    if (this.used * 2 >= this.slots.length) this.grow();
    const mask = this.slots.length - 1;
    let slot = words[1] & mask;
    for (let at = this.slots[slot]!; at !== -1; at = this.slots[slot]!) {
      if (this.holds(at, words) && this.sequences[at] === place.sequence && this.indexes[at] === place.index) return;
      slot = (slot + 1) & mask;
    }
    const at = this.used;
    this.slots[slot] = at;
    this.words[at * 4] = words[0];
    this.words[at * 4 + 1] = words[1];
    this.words[at * 4 + 2] = words[2];
    this.words[at * 4 + 3] = words[3];
    this.sequences[at] = place.sequence;
    this.indexes[at] = place.index;
    this.used += 1;
  }

  /** The latest place of this hash that lies before `before`. */
  find(words: KeyWords, before: Place): Place | undefined {
    const mask = this.slots.length - 1;
    let found: Place | undefined;
    let slot = words[1] & mask;
    for (let at = this.slots[slot]!; at !== -1; at = this.slots[slot]!) {
      if (this.holds(at, words)) {
        const place = { sequence: this.sequences[at]!, index: this.indexes[at]! };
        if (isEarlier(place, before)) found = laterOf(found, place);
      }
      slot = (slot + 1) & mask;
    }
    return found;
  }

  /** All entries in order, and an empty table again. */
  drain(): Entries {
    const order = new Float64Array(this.used);
    for (let at = 0; at < this.used; at += 1) order[at] = this.words[at * 4]! * POSITIONS_MAX + at;
    order.sort();
    const entries = Entries.allocate(this.used);
    order.forEach((packed, entry) => {
      const at = packed % POSITIONS_MAX;
      const words: KeyWords = [this.words[at * 4]!, this.words[at * 4 + 1]!, this.words[at * 4 + 2]!, this.words[at * 4 + 3]!];
      entries.set(entry, words, { sequence: this.sequences[at]!, index: this.indexes[at]! });
    });
    settleEqualFirstWords(entries);
    this.clear();
    return entries;
  }

  private clear(): void {
    this.used = 0;
    this.slots.fill(-1);
  }

  private holds(at: number, words: KeyWords): boolean {
    const from = at * 4;
    return (
      this.words[from + 1] === words[1] &&
      this.words[from] === words[0] &&
      this.words[from + 2] === words[2] &&
      this.words[from + 3] === words[3]
    );
  }

  private grow(): void {
    const slots = new Int32Array(this.slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let at = 0; at < this.used; at += 1) {
      let slot = this.words[at * 4 + 1]! & mask;
      while (slots[slot] !== -1) slot = (slot + 1) & mask;
      slots[slot] = at;
    }
    this.slots = slots;
    const capacity = slots.length / 2;
    this.words = resized(this.words, new Uint32Array(capacity * 4));
    this.sequences = resized(this.sequences, new Float64Array(capacity));
    this.indexes = resized(this.indexes, new Uint16Array(capacity));
  }
}

const resized = <A extends { set(from: A): void }>(from: A, to: A): A => {
  to.set(from);
  return to;
};

/** The table was sorted by first word only; entries that share it are few and lie together. */
const settleEqualFirstWords = (entries: Entries): void => {
  const moved = Entries.allocate(1);
  for (let entry = 1; entry < entries.count; entry += 1) {
    for (let at = entry; at > 0 && entries.compare(at, entries, at - 1) < 0; at -= 1) {
      moved.copyFrom(entries, at, 0);
      entries.copyFrom(entries, at - 1, at);
      entries.copyFrom(moved, 0, at - 1);
    }
  }
};
