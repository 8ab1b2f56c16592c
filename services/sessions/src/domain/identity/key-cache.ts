/**
 * Keys of texts that were hashed lately. When the young half is full it becomes the old one, and the old one is forgotten; what is
 * still asked for moves over. Bounded, and no bookkeeping per lookup.
 */
export class KeyCache {
  private young = new Map<string, string>();
  private old = new Map<string, string>();

  /** Holds between `entriesPerHalf` and twice as many keys. */
  constructor(
    private readonly entriesPerHalf: number,
    private readonly keyOf: (text: string) => string,
  ) {}

  get(text: string): string {
    const young = this.young.get(text);
    if (young !== undefined) return young;
    const key = this.old.get(text) ?? this.keyOf(text);
    if (this.young.size >= this.entriesPerHalf) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(text, key);
    return key;
  }
}
