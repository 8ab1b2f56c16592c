/** Bits of one word; also how many words one word of the level above stands for. */
const WORD_BITS = 32;
const WORD_SHIFT = 5;
const BIT_MASK = WORD_BITS - 1;

const lowestBit = (word: number): number => BIT_MASK - Math.clz32(word & -word);

/**
 * A set of small integers that finds its smallest member, or the next one after any number, in O(log32 n): a bit map with maps of its
 * non-empty words above it. Keeps grants by their place in the burn order, so that paying never walks over empty ones.
 */
export class IndexSet {
  readonly #levels: Int32Array[] = [];

  /** @param capacity members are 0 to `capacity - 1`. */
  constructor(capacity: number) {
    let words = Math.max(1, Math.ceil(capacity / WORD_BITS));
    this.#levels.push(new Int32Array(words));
    while (words > 1) {
      words = Math.ceil(words / WORD_BITS);
      this.#levels.push(new Int32Array(words));
    }
  }

  add(member: number): void {
    let index = member;
    for (const level of this.#levels) {
      const word = index >>> WORD_SHIFT;
      const before = level[word]!;
      level[word] = before | (1 << (index & BIT_MASK));
      if (before !== 0) return;
      index = word;
    }
  }

  remove(member: number): void {
    let index = member;
    for (const level of this.#levels) {
      const word = index >>> WORD_SHIFT;
      const after = level[word]! & ~(1 << (index & BIT_MASK));
      level[word] = after;
      if (after !== 0) return;
      index = word;
    }
  }

  has(member: number): boolean {
    return (this.#levels[0]![member >>> WORD_SHIFT]! & (1 << (member & BIT_MASK))) !== 0;
  }

  /** Smallest member, or -1. */
  first(): number {
    return this.atOrAfter(0);
  }

  /** Smallest member that is not less than `start`, or -1. */
  atOrAfter(start: number): number {
    const levels = this.#levels;
    let index = start;
    for (let level = 0; level < levels.length; level += 1) {
      const words = levels[level]!;
      const word = index >>> WORD_SHIFT;
      if (word >= words.length) return -1;
      const bits = words[word]! & (-1 << (index & BIT_MASK));
      if (bits !== 0) return this.#descend(level, (word << WORD_SHIFT) | lowestBit(bits));
      index = word + 1;
    }
    return -1;
  }

  #descend(fromLevel: number, position: number): number {
    let index = position;
    for (let level = fromLevel - 1; level >= 0; level -= 1) {
      index = (index << WORD_SHIFT) | lowestBit(this.#levels[level]![index]!);
    }
    return index;
  }
}
