import { ceilToMinute, floorToMinute, formatInstant, type InstantMs } from '@drawdown/calendar';
import { ZERO, type Quantity } from '@drawdown/quantity';
import { burnOrderOf } from '../engine/burn-order.js';
import { advance, finish, openMachine, type Machine } from '../engine/machine.js';
import { recordInto } from '../engine/record.js';
import {
  availableTotal,
  initialSnapshot,
  totalBalance,
  withGrants,
  withoutInactiveGrants,
  type GrantBalances,
  type Snapshot,
} from '../engine/snapshot.js';
import { snapshotOf } from '../engine/state.js';
import type { MeteredEntitlement } from '../entitlement/entitlement.js';
import { isListedBetween } from '../grants/active.js';
import { newHistory, type History } from '../history/history.js';
import type { Segment } from '../history/segment.js';
import type { UsageSums } from '../metering/usage-sums.js';
import { resetsAfter } from '../periods/resets.js';
import { validation } from '../refuse.js';

/** What a balance read answers (entitlements §9.1). */
export interface BalanceReading {
  /** On the minute grid: the instant asked for, rounded up. */
  readonly at: InstantMs;
  /** Sum over the grants active at `at`. */
  readonly balance: Quantity;
  readonly usageInPeriod: Quantity;
  readonly overage: Quantity;
  /** Paid by grants in this period plus `balance`. */
  readonly totalAvailable: Quantity;
  readonly startOfPeriod: InstantMs;
  /** Of the active grants only. */
  readonly grantBalances: GrantBalances;
  readonly hasAccess: boolean;
}

/** The state at the start of measurement: nothing used, every active grant full. */
export const startOfMeasurement = (entitlement: MeteredEntitlement): Snapshot =>
  initialSnapshot(entitlement.grants, entitlement.measureUsageFrom);

/** A run over an entitlement that can be carried on for ever. */
export const openEntitlement = (entitlement: MeteredEntitlement, start: Snapshot, marksUntil?: InstantMs): Machine =>
  openMachine(burnOrderOf(entitlement.grants), withGrants(start, entitlement.grants), resetsAfter(entitlement, start.at), marksUntil);

const checkMeasured = (entitlement: MeteredEntitlement, at: InstantMs): void => {
  if (at >= entitlement.measureUsageFrom) return;
  const since = formatInstant(entitlement.measureUsageFrom);
  throw validation('before_start_of_measurement', `usage is measured from ${since} on`, { at: formatInstant(at), measureUsageFrom: since });
};

/**
 * State at an instant of the minute grid.
 * @param from a snapshot of this entitlement at or before `at`, taken with the same grants, resets and usage before it; it changes the cost
 *   of the answer, never the answer. Without one the run starts with the measurement.
 * @throws Refusal `VALIDATION` before the start of measurement (§18 Q15).
 */
export const stateAt = (entitlement: MeteredEntitlement, usage: UsageSums, at: InstantMs, from?: Snapshot): Snapshot => {
  checkMeasured(entitlement, at);
  const machine = openEntitlement(entitlement, from ?? startOfMeasurement(entitlement));
  advance(machine, usage, at);
  return withoutInactiveGrants(snapshotOf(machine.state, at), entitlement.grants);
};

/** A state as a reader sees it; it holds active grants only. */
export const readingOf = (entitlement: MeteredEntitlement, state: Snapshot): BalanceReading => {
  const balance = totalBalance(state.balances);
  return {
    at: state.at,
    balance,
    usageInPeriod: state.usage,
    overage: state.overage,
    totalAvailable: availableTotal(state),
    startOfPeriod: state.usageSince,
    grantBalances: state.balances,
    hasAccess: entitlement.isSoftLimit || balance > ZERO,
  };
};

/** The balance at an instant, which is rounded up to the minute so that usage of the running one counts (entitlements §2.2, §9). */
export const balanceAt = (entitlement: MeteredEntitlement, usage: UsageSums, at: InstantMs, from?: Snapshot): BalanceReading =>
  readingOf(entitlement, stateAt(entitlement, usage, ceilToMinute(at), from));

/**
 * Segments and end state between two instants: `from` is truncated, `to` rounded up (entitlements §9.4).
 * @throws Refusal `VALIDATION` before the start of measurement, or when `to` lies before `from`.
 */
export const balanceHistory = (
  entitlement: MeteredEntitlement,
  usage: UsageSums,
  from: InstantMs,
  to: InstantMs,
  checkpoint?: Snapshot,
): { readonly end: Snapshot; readonly history: History } => {
  const first = floorToMinute(from);
  const until = ceilToMinute(to);
  if (until < first) throw validation('history_ends_before_start', 'a history cannot end before it starts');
  const state = stateAt(entitlement, usage, first, checkpoint);
  const listed = { ...entitlement, grants: entitlement.grants.filter(grant => isListedBetween(grant, first, until)) };
  const start = withGrants(state, listed.grants);
  const machine = openEntitlement(listed, start, until);
  const segments: Segment[] = [];
  const record = recordInto(segments);
  advance(machine, usage, until, until, record);
  finish(machine, until, record);
  return { end: snapshotOf(machine.state, until), history: newHistory(start, segments) };
};
