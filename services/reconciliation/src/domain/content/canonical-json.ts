import { Refusal } from '@drawdown/errors';
import { LIMITS } from '../limits.js';
import { placesOf, type Places } from './json-pointer.js';

const refuse = (what: string): never => {
  throw new Refusal('OBJECT_NOT_SERIALIZABLE', `the object cannot be written as JSON: it ${what}`);
};

/**
 * The one text of a value: members sorted by code unit at every depth, `undefined` members left out, holes of arrays as `null`, dates as
 * ISO 8601 with milliseconds, `-0` as `0` (reconciliation §2.4).
 * @param ignored JSON pointers to what is left out.
 * @throws Refusal `OBJECT_NOT_SERIALIZABLE` for what JSON cannot say (NaN, infinities, big integers, functions, symbols, maps and other
 * things with an inside of their own), for cycles, and beyond `LIMITS.jsonDepthMax` levels.
 */
export const canonicalJson = (value: unknown, ignored: readonly string[] = []): string =>
  textOf(value, ignored.length === 0 ? undefined : placesOf(ignored), 0);

const textOf = (value: unknown, ignored: Places | undefined, depth: number): string => {
  if (depth > LIMITS.jsonDepthMax) return refuse(`is nested deeper than ${LIMITS.jsonDepthMax} levels, or contains itself`);
  if (value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value === 0 ? 0 : value) : refuse(`holds the number ${value}`);
  return typeof value === 'object' ? textOfObject(value, ignored, depth) : refuse(`holds a ${typeof value}`);
};

const textOfObject = (value: object, ignored: Places | undefined, depth: number): string => {
  if (Array.isArray(value)) return textOfArray(value as readonly unknown[], ignored, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? refuse('holds an invalid date') : JSON.stringify(value.toISOString());
  if (Object.prototype.toString.call(value) !== '[object Object]') return refuse('holds something that is no plain object');
  const members = value as Readonly<Record<string, unknown>>;
  const written: string[] = [];
  for (const name of Object.keys(members).sort()) {
    const below = ignored?.below.get(name);
    const member = members[name];
    if (member === undefined || below?.isMeant === true) continue;
    written.push(`${JSON.stringify(name)}:${textOf(member, below, depth + 1)}`);
  }
  return `{${written.join(',')}}`;
};

const textOfArray = (values: readonly unknown[], ignored: Places | undefined, depth: number): string => {
  const written: string[] = [];
  for (const [index, value] of values.entries()) {
    const below = ignored?.below.get(String(index));
    if (below?.isMeant !== true) written.push(textOf(value ?? null, below, depth + 1));
  }
  return `[${written.join(',')}]`;
};
