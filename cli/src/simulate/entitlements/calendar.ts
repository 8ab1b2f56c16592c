import {
  expiresAfter,
  formatInstant,
  nextOccurrence,
  occurrencesBetween,
  parseExpiration,
  periodAt,
  previousOccurrence,
  type InstantMs,
  type Period,
  type Recurrence,
} from '@drawdown/calendar';
import { Refusal } from '@drawdown/errors';
import { checkUsagePeriodInterval, periodStartsBetween, usagePeriodAt, type UsagePeriodEntry } from '@drawdown/entitlements/domain';
import { orError } from './answer.js';
import type { Fields } from './fields.js';

const BOUNDARIES = ['inclusive', 'exclusive'] as const;

/** Most occurrences one query lists. */
const OCCURRENCES_MAX = 100_000;

export const formatPeriod = ({ from, to }: Period): unknown => ({ from: formatInstant(from), to: formatInstant(to) });

const collect = (instants: Iterable<InstantMs>): string[] => {
  const listed: string[] = [];
  for (const at of instants) {
    if (listed.length === OCCURRENCES_MAX) throw new Refusal('VALIDATION', `a query lists at most ${OCCURRENCES_MAX} instants`);
    listed.push(formatInstant(at));
  }
  return listed;
};

const answerRecurrence = (recurrence: Recurrence, query: Fields): unknown => {
  switch (query.choice('fn', ['next', 'previous', 'periodAt', 'list'])) {
    case 'next':
      return formatInstant(nextOccurrence(recurrence, query.instant('at'), query.choice('boundary', BOUNDARIES)));
    case 'previous':
      return formatInstant(previousOccurrence(recurrence, query.instant('at'), query.choice('boundary', BOUNDARIES)));
    case 'periodAt':
      return formatPeriod(periodAt(recurrence, query.instant('at')));
    case 'list':
      return collect(occurrencesBetween(recurrence, query.instant('from'), query.instant('to')));
  }
};

const answerUsagePeriods = (periods: readonly UsagePeriodEntry[], query: Fields): unknown => {
  switch (query.choice('fn', ['resets', 'periodAt'])) {
    case 'resets':
      return collect(periodStartsBetween(periods, query.instant('from'), query.instant('to')));
    case 'periodAt':
      return formatPeriod(usagePeriodAt(periods, query.instant('at')));
  }
};

const answerEach = (queries: readonly Fields[], answer: (query: Fields) => unknown): unknown => ({
  results: queries.map(query =>
    orError(() => {
      const result = answer(query);
      query.end();
      return result;
    }),
  ),
});

/** `op: recurrence`: occurrences and periods (entitlements §4.2). */
export const simulateRecurrence = (fields: Fields): unknown => {
  const recurrence = { interval: fields.interval('interval'), anchor: fields.instant('anchor') };
  const queries = fields.objects('queries');
  fields.end();
  return answerEach(queries, query => answerRecurrence(recurrence, query));
};

/** `op: expiration`: ends counted from a start (entitlements §4.1). */
export const simulateExpiration = (fields: Fields): unknown => {
  const from = fields.instant('effectiveAt');
  const expirations = fields.objects('expirations');
  fields.end();
  return answerEach(expirations, entry =>
    formatInstant(expiresAfter(from, parseExpiration(entry.integer('count'), entry.text('duration')))),
  );
};

const readEntry = (entry: Fields): UsagePeriodEntry => {
  const start = entry.instant('start');
  const recurrence = { interval: entry.interval('interval'), anchor: entry.instant('anchor') };
  entry.end();
  checkUsagePeriodInterval(recurrence);
  return { start, recurrence };
};

/** `op: usagePeriods`: usage periods around manual resets (entitlements §8.1, §8.2). */
export const simulateUsagePeriods = (fields: Fields): unknown => {
  const periods = fields.objects('usagePeriods').map(readEntry);
  const queries = fields.objects('queries');
  fields.end();
  if (periods.length === 0) throw new Refusal('VALIDATION', 'at least one usage period is needed');
  const isOrdered = periods.every((entry, index) => entry.start > (periods[index - 1]?.start ?? Number.NEGATIVE_INFINITY));
  if (!isOrdered) throw new Refusal('VALIDATION', 'usage periods are listed by their start');
  return answerEach(queries, query => answerUsagePeriods(periods, query));
};
