import { timestampText } from '../client/instants.js';
import type { Timestamp } from '@drawdown/proto';

/** JSON for programs: quantities stay strings, instants are RFC 3339, what is not set is left out. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [name: string]: Plain };

/** A message of the API as JSON; bytes become base64. Enums are numbers here, so views replace them by their names first. */
export const plain = (value: unknown): Plain => {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plain);
  if (isTimestamp(value)) return timestampText(value);
  if (typeof value !== 'object') throw new TypeError(`${typeof value} has no JSON form`);
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries.map(([name, field]) => [name, plain(field)]));
};

const isTimestamp = (value: unknown): value is Timestamp =>
  typeof value === 'object' && value !== null && 'seconds' in value && 'nanos' in value && Object.keys(value).length === 2;
