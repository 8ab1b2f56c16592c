/** UTF-8 of a text, as keys and numbers are stored. */
export const bytesOfText = (text: string): Uint8Array => Buffer.from(text);

export const textOfBytes = (bytes: Uint8Array): string => bufferOf(bytes).toString();

/** The same memory, with the methods of a buffer. */
export const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
