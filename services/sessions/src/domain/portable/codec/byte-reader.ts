import { HitUnreadable } from '../../hit/encode.js';
import { bufferOf } from '../text-bytes.js';

const DOUBLE_BYTES = 8;
const NUMBER_SHIFT_MAX = 28;
const NO_BYTES = new Uint8Array();

/**
 * Reads what a `ByteWriter` wrote, from the first byte to the last.
 * @throws HitUnreadable beyond the end.
 */
export class ByteReader {
  private readonly bytes: Buffer;
  /** All of it with one character per byte: cut out of one text, texts cost no call each. */
  private readonly chars: string;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bufferOf(bytes);
    this.chars = this.bytes.toString('latin1');
  }

  get left(): number {
    return this.bytes.byteLength - this.at;
  }

  number(): number {
    let value = 0;
    for (let shift = 0; shift <= NUMBER_SHIFT_MAX; shift += 7) {
      const byte = this.bytes[this.at];
      if (byte === undefined) break;
      this.at += 1;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new HitUnreadable('a number has no end');
  }

  double(): number {
    return this.bytes.readDoubleLE(this.skip(DOUBLE_BYTES));
  }

  text(): string {
    const head = this.number();
    const length = head >>> 1;
    if ((head & 1) === 0) {
      const begin = this.skip(length);
      return this.chars.slice(begin, begin + length);
    }
    const begin = this.skip(2 * length);
    return this.bytes.toString('utf16le', begin, begin + 2 * length);
  }

  /** The next bytes; a copy. */
  raw(length: number): Uint8Array {
    const begin = this.skip(length);
    if (length === 0) return NO_BYTES;
    return Uint8Array.from(this.bytes.subarray(begin, begin + length));
  }

  /** Where the bytes begin that are passed over. */
  private skip(bytes: number): number {
    const begin = this.at;
    if (bytes > this.bytes.byteLength - begin) throw new HitUnreadable('it ends too early');
    this.at = begin + bytes;
    return begin;
  }
}
