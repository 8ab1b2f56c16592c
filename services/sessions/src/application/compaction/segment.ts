import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** The first byte of a segment (sessions §12.7); others are refused. */
const GZIP_JSON = 1;
/** Codec byte and a 32-bit count. */
const HEADER_BYTES = 5;
const NEWLINE = 0x0a;
/** A segment of 512 KiB that unfolds to more than this is not one of ours. */
const UNFOLDED_BYTES_MAX = 64 * 1_024 * 1_024;

/** A segment that cannot be read; its proto-session is parked with the rest of its hits (D7). */
export class UnreadableSegment extends Error {
  override readonly name = 'UnreadableSegment';
}

/** Encoded hits of one client in one compressed piece. Encoded hits are JSON texts and hold no line break of their own. */
export const encodeSegment = async (hits: readonly Uint8Array[]): Promise<Buffer> => {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(GZIP_JSON, 0);
  header.writeUInt32BE(hits.length, 1);
  const lines = hits.flatMap((hit, index) => (index === 0 ? [hit] : [Buffer.of(NEWLINE), hit]));
  return Buffer.concat([header, await compress(Buffer.concat(lines))]);
};

/** @throws UnreadableSegment */
export const decodeSegment = async (segment: Buffer): Promise<readonly Buffer[]> => {
  if (segment.length < HEADER_BYTES || segment.readUInt8(0) !== GZIP_JSON) throw new UnreadableSegment('unknown codec');
  const unfolded = await decompress(segment.subarray(HEADER_BYTES), { maxOutputLength: UNFOLDED_BYTES_MAX }).catch((error: unknown) => {
    throw new UnreadableSegment('broken data', { cause: error });
  });
  const hits = linesOf(unfolded);
  if (hits.length !== segment.readUInt32BE(1)) throw new UnreadableSegment('count differs');
  return hits;
};

const linesOf = (text: Buffer): readonly Buffer[] => {
  const lines: Buffer[] = [];
  for (let start = 0; start <= text.length;) {
    const end = text.indexOf(NEWLINE, start);
    lines.push(text.subarray(start, end === -1 ? text.length : end));
    if (end === -1) break;
    start = end + 1;
  }
  return lines;
};
