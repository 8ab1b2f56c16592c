/** Up to so many texts are compared one by one, which costs less than hashing each and a table for them. */
const COMPARED_MAX = 12;

/** A set of texts that is small as long as it has few members: most sets here belong to one client. */
export class TextSet implements Iterable<string> {
  private readonly few: string[];
  private many: Set<string> | null = null;

  constructor(first: string) {
    this.few = [first];
  }

  get size(): number {
    return this.many?.size ?? this.few.length;
  }

  has(text: string): boolean {
    return this.many === null ? this.few.includes(text) : this.many.has(text);
  }

  add(text: string): void {
    if (this.many !== null) this.many.add(text);
    else if (!this.few.includes(text)) this.addNew(text);
  }

  /** Answers whether it was there. */
  delete(text: string): boolean {
    if (this.many !== null) return this.many.delete(text);
    const place = this.few.indexOf(text);
    if (place === -1) return false;
    this.few.splice(place, 1);
    return true;
  }

  [Symbol.iterator](): Iterator<string> {
    return (this.many ?? this.few)[Symbol.iterator]();
  }

  private addNew(text: string): void {
    this.few.push(text);
    if (this.few.length <= COMPARED_MAX) return;
    this.many = new Set(this.few);
    this.few.length = 0;
  }
}
