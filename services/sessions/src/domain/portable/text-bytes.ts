/** UTF-8 of a text, as keys and numbers are stored. */
export const bytesOfText = (text: string): Uint8Array => Buffer.from(text);

export const textOfBytes = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
