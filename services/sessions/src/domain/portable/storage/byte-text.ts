import { bufferOf } from '../text-bytes.js';

/**
 * Bytes as a text of one character each: equal texts are equal bytes, which this language compares by content, and a text costs the
 * garbage collector less than a buffer.
 */
export const byteText = (bytes: Uint8Array): string => bufferOf(bytes).toString('latin1');

/** The bytes of such a text; a copy. */
export const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');
