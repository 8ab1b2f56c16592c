import type { Hit } from '../hit/hit.js';

/** A hit of a task; one that a merge moved says where to. */
export interface TaskHit {
  readonly hit: Hit;
  readonly sessionKey?: string;
}

/** What a queue holds (sessions §2.4). */
export interface Task {
  readonly headers: Readonly<Record<string, string>>;
  readonly hits: readonly TaskHit[];
}

const IS_PING = 'is-ping';
const PING_TIMESTAMP = 'ping-timestamp';

/** RFC 3339: date, time and offset; `Date` would take far more. */
const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

const daysInMonth = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

const parseTimestamp = (text: string): number | null => {
  const match = RFC_3339.exec(text);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  const isTime = hour <= 23 && minute <= 59 && second <= 59;
  if (!isDate || !isTime) return null;
  const ms = Date.parse(text.toUpperCase());
  return Number.isNaN(ms) ? null : ms;
};

/** Time of a ping in milliseconds since 1970; null when the task is an ordinary one (sessions §2.4, E11). */
export const pingTimeOf = ({ headers }: Pick<Task, 'headers'>): number | null => {
  if (!Object.hasOwn(headers, IS_PING) || headers[IS_PING] !== 'true') return null;
  const timestamp = Object.hasOwn(headers, PING_TIMESTAMP) ? headers[PING_TIMESTAMP] : undefined;
  return timestamp === undefined ? null : parseTimestamp(timestamp);
};
