import {
  HOUR_MS,
  meanLengthMs,
  nextOccurrence,
  occurrencesBetween,
  periodAt,
  type InstantMs,
  type Period,
  type Recurrence,
} from '@drawdown/calendar';
import type { MeteredEntitlement } from '../entitlement/entitlement.js';
import { validation } from '../refuse.js';

/** From `start` on, until the next entry, periods follow `recurrence` (entitlements §8.1). */
export interface UsagePeriodEntry {
  readonly start: InstantMs;
  readonly recurrence: Recurrence;
}

/** Ascending by start; the first one starts with the measurement. */
export type UsagePeriods = readonly UsagePeriodEntry[];

export const USAGE_PERIOD_MS_MIN = HOUR_MS;

const NEVER = Number.POSITIVE_INFINITY;

/** @throws Refusal `VALIDATION` when a usage period is shorter than an hour. */
export const checkUsagePeriodInterval = ({ interval }: Recurrence): void => {
  if (meanLengthMs(interval) < USAGE_PERIOD_MS_MIN)
    throw validation('usage_period_too_short', 'a usage period is at least an hour long', {}, 'usage_period.interval');
};

/** The start of measurement with the configured recurrence, then one entry per manual reset. */
export const usagePeriodsOf = (entitlement: MeteredEntitlement): UsagePeriods => [
  { start: entitlement.measureUsageFrom, recurrence: entitlement.usagePeriod },
  ...entitlement.resets.map(({ at, interval, anchor }) => ({ start: at, recurrence: { interval, anchor } })),
];

/** Position of the entry in force at `at`: the latest that has started, or the first one. */
export const entryIndexAt = (periods: UsagePeriods, at: InstantMs): number =>
  Math.max(
    0,
    periods.findLastIndex(entry => entry.start <= at),
  );

const requireEntry = (periods: UsagePeriods, index: number): UsagePeriodEntry => {
  const entry = periods[index];
  if (entry === undefined) throw new RangeError('usage periods have at least one entry');
  return entry;
};

/**
 * The usage period that holds `at`, cut to its entry; so the first one, and those around a manual reset, may be short. Before the
 * measurement it is the first one.
 */
export const usagePeriodAt = (periods: UsagePeriods, at: InstantMs): Period => {
  const index = entryIndexAt(periods, at);
  const entry = requireEntry(periods, index);
  const { from, to } = periodAt(entry.recurrence, Math.max(at, entry.start));
  return { from: Math.max(from, entry.start), to: Math.min(to, periods[index + 1]?.start ?? NEVER) };
};

/** The first period start strictly after `at`, manual or automatic. Constant time per entry. */
export const nextPeriodStart = (periods: UsagePeriods, at: InstantMs): InstantMs => {
  const first = requireEntry(periods, 0);
  if (at < first.start) return first.start;
  const index = entryIndexAt(periods, at);
  const automatic = nextOccurrence(requireEntry(periods, index).recurrence, at, 'exclusive');
  return Math.min(automatic, periods[index + 1]?.start ?? NEVER);
};

/** Period starts in `[from, to]`, each once, and always first the start of measurement (entitlements §8.2). */
export const periodStartsBetween = (periods: UsagePeriods, from: InstantMs, to: InstantMs): InstantMs[] => {
  const measurementStart = requireEntry(periods, 0).start;
  const starts = [measurementStart];
  for (const [index, entry] of periods.entries()) {
    const end = periods[index + 1]?.start ?? NEVER;
    if (index > 0 && from <= entry.start && entry.start <= to) starts.push(entry.start);
    for (const at of occurrencesBetween(entry.recurrence, Math.max(from, entry.start + 1), Math.min(end, to + 1))) starts.push(at);
  }
  return starts;
};
