/** Length of a segment before its bytes: unsigned, 32 bits, big-endian. */
const LENGTH_BYTES = 4;

/** The value with one more segment; what was there is not read (D16). */
export const joinedSegments = (before: Uint8Array | null, segment: Uint8Array): Uint8Array => {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(segment.byteLength);
  return Buffer.concat([before ?? Buffer.alloc(0), length, segment]);
};

/** The segments of a value. One that was cut off is answered as it is, so that nobody takes it for nothing. */
export const segmentsOf = (value: Uint8Array): readonly Uint8Array[] => {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const segments: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.byteLength) {
    const isWhole = bytes.byteLength - at > LENGTH_BYTES;
    const end = isWhole ? at + LENGTH_BYTES + bytes.readUInt32BE(at) : bytes.byteLength;
    segments.push(bytes.subarray(isWhole ? at + LENGTH_BYTES : at, end));
    at = end;
  }
  return segments;
};
