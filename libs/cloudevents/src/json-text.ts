import { isUtf8 } from 'node:buffer';
import { parseExact, type ExactJson } from './exact-json.js';
import type { Span } from './survey.js';

const BYTE_ORDER_MARK = '\ufeff';

/** The text without a byte order mark; `undefined` when the bytes are not UTF-8. */
export const utf8Text = (data: Uint8Array): string | undefined => {
  if (!isUtf8(data)) return undefined;
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8');
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
};

/** The value as `JSON.parse` sees it, its long numbers possibly rounded; `undefined` when the text is not JSON. */
export const parsedJson = (text: string): { readonly value: ExactJson } | undefined => {
  try {
    return { value: JSON.parse(text) as ExactJson };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

/** The value with every number exact: read again from its text only where a double may have rounded one. Its depth must be bounded. */
export const exactValue = (text: string, parsed: ExactJson, span: Span): ExactJson =>
  span.inexact ? parseExact(text.slice(span.start, span.end)) : parsed;
