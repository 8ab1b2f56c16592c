import { parseInstant } from '@drawdown/calendar';
import { isRefusal } from '@drawdown/errors';
import { ExpirationUnit, type Expiration, type Timestamp } from '@drawdown/proto';
import { InvalidArgumentError } from 'commander';
import { toTimestamp } from '../client/instants.js';

/** `now` or RFC 3339. */
export const readInstant = (text: string): Timestamp => {
  if (text === 'now') return toTimestamp(Date.now());
  try {
    return toTimestamp(parseInstant(text));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw new InvalidArgumentError('An instant is `now` or RFC 3339 such as 2026-01-31T12:00:00Z.');
  }
};

/** A whole number from `least` to `most`. */
export const readInteger =
  (least: number, most: number) =>
  (text: string): number => {
    const number = Number(text);
    if (/^-?\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`A whole number from ${String(least)} to ${String(most)}.`);
  };

/** A positive number of seconds. */
export const readSeconds = (text: string): number => {
  const seconds = Number(text);
  if (text.trim() !== '' && seconds > 0 && seconds <= 3_600) return seconds;
  throw new InvalidArgumentError('Seconds, more than 0 and at most 3600.');
};

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `500ms`, `90s`, `30m`, `12h`, `1d`: milliseconds. */
export const readDurationMs = (text: string): number => {
  const [, count, unit = ''] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  if (count === undefined || unitMs === undefined)
    throw new InvalidArgumentError('Milliseconds, seconds, minutes, hours or days: 500ms, 90s, 30m, 12h, 1d.');
  return Number(count) * unitMs;
};

/** A duration, or `off`: 0. */
export const readDurationMsOrOff = (text: string): number => (text === 'off' ? 0 : readDurationMs(text));

const UNITS: Readonly<Record<string, ExpirationUnit>> = {
  h: ExpirationUnit.HOUR,
  d: ExpirationUnit.DAY,
  w: ExpirationUnit.WEEK,
  mo: ExpirationUnit.MONTH,
  y: ExpirationUnit.YEAR,
};

/** `12h`, `30d`, `2w`, `1mo`, `1y`. */
export const readExpiration = (text: string): Expiration => {
  const [, count, name = ''] = /^(\d{1,4})(h|d|w|mo|y)$/.exec(text) ?? [];
  const unit = UNITS[name];
  if (count === undefined || unit === undefined)
    throw new InvalidArgumentError('Hours, days, weeks, months or years: 12h, 30d, 2w, 1mo, 1y.');
  return { count: Number(count), unit };
};

/** The option may be given again: `name=text` each time. */
export const readPair = (
  text: string,
  before: ReadonlyMap<string, readonly string[]> = new Map(),
): ReadonlyMap<string, readonly string[]> => {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Written as name=value.');
  const name = text.slice(0, at);
  return new Map([...before, [name, [...(before.get(name) ?? []), text.slice(at + 1)]]]);
};

/** The option may be given again: `field=title` each time, every field once. */
export const readColumn = (text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> => {
  const [, field, title] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (field === undefined || title === undefined) throw new InvalidArgumentError('Written as field=title.');
  if (before.has(field)) throw new InvalidArgumentError(`${field} is given twice.`);
  return new Map([...before, [field, title]]);
};

/** The option may be given again; all its values. */
export const readMany = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];
