import { DOUBLE_DIGITS_MAX } from './exact-json.js';

/** Where one value stands in a text, and what has to be known before it is used. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** Levels of objects and arrays, the value itself being the first. */
  readonly depth: number;
  /** It holds a number that `JSON.parse` may have rounded. */
  readonly inexact: boolean;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const BACKSLASH = 0x5c;

const walk = (text: string, elements: boolean): Span[] => {
  const spans: Span[] = [];
  const base = elements ? 1 : 0;
  let level = 0;
  let depth = 0;
  let inexact = false;
  let start = elements ? text.indexOf('[') + 1 : 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
    } else if (isDigit(code) || code === MINUS) {
      const end = endOfNumber(text, at);
      if (!inexact) inexact = isInexact(text, at, end);
      at = end;
    } else if (code === 0x7b || code === 0x5b) {
      level += 1;
      if (level > depth) depth = level;
      at += 1;
    } else if (code === 0x7d || code === 0x5d) {
      if (elements && level === 1) spans.push({ start, end: at, depth: depth - base, inexact });
      level -= 1;
      at += 1;
    } else if (code === COMMA && elements && level === 1) {
      spans.push({ start, end: at, depth: depth - base, inexact });
      at += 1;
      start = at;
      depth = base;
      inexact = false;
    } else {
      at += 1;
    }
  }
  if (!elements) spans.push({ start, end: text.length, depth, inexact });
  return spans;
};

/** Behind the closing quote: the next one that has an even number of backslashes in front of it. */
const endOfString = (text: string, opening: number): number => {
  let quote = text.indexOf('"', opening + 1);
  while (quote !== -1) {
    let before = quote - 1;
    while (text.charCodeAt(before) === BACKSLASH) before -= 1;
    if ((quote - before) % 2 === 1) return quote + 1;
    quote = text.indexOf('"', quote + 1);
  }
  return text.length;
};

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** The characters of a number: digits, `+ - .` and `e E`. */
const endOfNumber = (text: string, start: number): number => {
  let at = start + 1;
  for (;;) {
    const code = text.charCodeAt(at);
    if (isDigit(code) || code === 0x2e || code === 0x65 || code === 0x45 || code === 0x2b || code === MINUS) at += 1;
    else return at;
  }
};

const isInexact = (text: string, start: number, end: number): boolean => {
  // Short literals can only be inexact by their exponent; the usual token count or price is decided by its length alone.
  if (end - start > DOUBLE_DIGITS_MAX) return true;
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x65 || code === 0x45) return true;
  }
  return false;
};

/**
 * The one value of a text that `JSON.parse` has accepted. One walk over the text; it relies on the text being valid: on any other
 * its answer means nothing, but it ends.
 */
export const survey = (text: string): Span => walk(text, false)[0] ?? { start: 0, end: text.length, depth: 0, inexact: false };

/** Every element of a text that `JSON.parse` has accepted as an array, in order. Of an empty array: one span of white space. */
export const surveyElements = (text: string): Span[] => walk(text, true);
