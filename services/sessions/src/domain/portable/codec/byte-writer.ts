const FIRST_CAPACITY_BYTES = 4_096;
/** Longest number: 32 bits, seven to a byte. */
const NUMBER_BYTES_MAX = 5;
const DOUBLE_BYTES = 8;
/** Up to here a loop is faster than a call out of the language. */
const LOOPED_CHARS_MAX = 48;
const ONE_BYTE_MAX = 0xff;
const TWO_BYTES = /[\u0100-\uffff]/;

/** Writes numbers and texts one after the other into memory of its own, which it uses again for the next value. */
export class ByteWriter {
  private bytes = Buffer.allocUnsafeSlow(FIRST_CAPACITY_BYTES);
  private at = 0;

  /** Forgets what was written. */
  begin(): void {
    this.at = 0;
  }

  /** What was written since; a copy. */
  written(): Uint8Array {
    const copy = Buffer.allocUnsafe(this.at);
    copy.set(this.bytes.subarray(0, this.at));
    return copy;
  }

  /** Bytes written since `begin`. */
  get length(): number {
    return this.at;
  }

  /** A whole number from 0 to 2^32 − 1, small ones in one byte. */
  number(value: number): void {
    this.reserve(NUMBER_BYTES_MAX);
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.at] = (rest & 0x7f) | 0x80;
      this.at += 1;
      rest >>>= 7;
    }
    this.bytes[this.at] = rest;
    this.at += 1;
  }

  /** Any number. */
  double(value: number): void {
    this.reserve(DOUBLE_BYTES);
    this.at = this.bytes.writeDoubleLE(value, this.at);
  }

  /** Any text, half pairs included: one byte per character where that is enough for all of them, else two. */
  text(value: string): void {
    this.reserve(NUMBER_BYTES_MAX + 2 * value.length);
    const begin = this.at;
    this.number(2 * value.length);
    if (this.narrow(value)) return;
    this.at = begin;
    this.number(2 * value.length + 1);
    this.at += this.bytes.write(value, this.at, 'utf16le');
  }

  raw(value: Uint8Array): void {
    this.reserve(value.byteLength);
    this.bytes.set(value, this.at);
    this.at += value.byteLength;
  }

  /** False, and nothing counts as written, when a character needs two bytes. */
  private narrow(value: string): boolean {
    const { bytes, at } = this;
    const { length } = value;
    if (length > LOOPED_CHARS_MAX) {
      if (TWO_BYTES.test(value)) return false;
      this.at += bytes.write(value, at, 'latin1');
      return true;
    }
    for (let index = 0; index < length; index += 1) {
      const code = value.charCodeAt(index);
      if (code > ONE_BYTE_MAX) return false;
      bytes[at + index] = code;
    }
    this.at = at + length;
    return true;
  }

  private reserve(more: number): void {
    const needed = this.at + more;
    if (needed <= this.bytes.byteLength) return;
    const larger = Buffer.allocUnsafeSlow(2 * needed);
    larger.set(this.bytes);
    this.bytes = larger;
  }
}
