import { ceilToMinute, floorToMinute, nextWindowStart, windowStart, type InstantMs, type WindowSize } from '@drawdown/calendar';
import type { Quantity } from '@drawdown/quantity';
import { advance } from '../engine/machine.js';
import type { Snapshot } from '../engine/snapshot.js';
import type { MeteredEntitlement } from '../entitlement/entitlement.js';
import type { UsageSums } from '../metering/usage-sums.js';
import { validation } from '../refuse.js';
import { openEntitlement, startOfMeasurement } from './read.js';

/** Usage and balance of one hour or day (entitlements §12). */
export interface BalanceWindow {
  readonly from: InstantMs;
  readonly to: InstantMs;
  /** Usage of the whole window, whatever was asked for (§18 Q10). */
  readonly usage: Quantity;
  /** What was left at `from`, after everything that happened there. */
  readonly balanceAtStart: Quantity;
}

export interface WindowsQuery {
  readonly from: InstantMs;
  readonly to: InstantMs;
  readonly size: WindowSize;
  /** @default 'UTC' */
  readonly timeZone?: string | undefined;
}

/** Most windows of one answer: more than five years of days, or two months of hours. */
export const WINDOWS_MAX = 2_000;

const firstWindowStart = (query: WindowsQuery, timeZone: string, measureUsageFrom: InstantMs): InstantMs => {
  const aligned = windowStart(floorToMinute(query.from), query.size, timeZone);
  return aligned >= measureUsageFrom ? aligned : nextWindowStart(aligned, query.size, timeZone);
};

/**
 * The history of a balance in hours or days of a time zone. A window that begins before the measurement is not shown; the last one covers `to`.
 * @param checkpoint as for `stateAt`, at or before the first window.
 * @throws Refusal `VALIDATION`: before the start of measurement, an empty range, more than `WINDOWS_MAX` windows.
 */
export const balanceWindows = (
  entitlement: MeteredEntitlement,
  usage: UsageSums,
  query: WindowsQuery,
  checkpoint?: Snapshot,
): BalanceWindow[] => {
  const { size, timeZone = 'UTC' } = query;
  const to = ceilToMinute(query.to);
  if (floorToMinute(query.from) < entitlement.measureUsageFrom) {
    throw validation('before_start_of_measurement', 'windows cannot begin before the start of measurement');
  }
  if (query.from >= query.to) throw validation('windows_empty', 'windows need a `from` before their `to`');
  const machine = openEntitlement(entitlement, checkpoint ?? startOfMeasurement(entitlement));
  const windows: BalanceWindow[] = [];
  for (let from = firstWindowStart(query, timeZone, entitlement.measureUsageFrom); from < to;) {
    if (windows.length === WINDOWS_MAX) throw validation('windows_too_many', `one answer holds at most ${WINDOWS_MAX} windows`);
    const next = nextWindowStart(from, size, timeZone);
    advance(machine, usage, from);
    windows.push({ from, to: next, usage: usage.between(from, next), balanceAtStart: machine.state.total });
    from = next;
  }
  return windows;
};
