export { balanceAt, balanceHistory, openEntitlement, readingOf, startOfMeasurement, stateAt, type BalanceReading } from './balance/read.js';
export { nextChangeAt } from './balance/next-change.js';
export { STORED_SNAPSHOT_VERSION, fromStoredSnapshot, toStoredSnapshot, type StoredSnapshot } from './balance/stored-snapshot.js';
export { WarmBalance, type CurrentBalance } from './balance/warm.js';
export { WINDOWS_MAX, balanceWindows, type BalanceWindow, type WindowsQuery } from './balance/windows.js';
export type { EngineReset } from './engine/machine.js';
export { run, runWithHistory, type RunInput } from './engine/run.js';
export {
  availableTotal,
  initialSnapshot,
  totalBalance,
  withGrants,
  withoutInactiveGrants,
  type GrantBalances,
  type Snapshot,
} from './engine/snapshot.js';
export {
  DEFAULT_GRANT_ID,
  GRANT_PRIORITY_MAX,
  currentPeriodStart,
  defaultGrant,
  lastResetOf,
  validateGrant,
  validateReset,
  validateVoid,
  type ResetRequest,
} from './entitlement/accept.js';
export { newMeteredEntitlement, type MeteredEntitlement, type UsageReset } from './entitlement/entitlement.js';
export { OPEN_END, effectiveEnd, isActiveAt, isListedBetween } from './grants/active.js';
export { GRANT_PRIORITY_DEFAULT, newGrant, type Grant, type GrantDraft } from './grants/grant.js';
export { compareBurnOrder, compareBytewise, sortByBurnOrder } from './grants/order.js';
export { recurrenceBalance, rolloverBalance } from './grants/rollover.js';
export {
  applyUsage,
  chunkByResets,
  finalOverage,
  newHistory,
  periodsOf,
  snapshotAtStart,
  snapshotsAtStart,
  totalGrantUsage,
  totalUsage,
  type History,
} from './history/history.js';
export type { GrantUsage, GrantUsageReason, Segment, TerminationReasons } from './history/segment.js';
export { MinuteSums, RunningSums } from './metering/running-sums.js';
export { NO_USAGE, type UsageSums } from './metering/usage-sums.js';
export {
  USAGE_PERIOD_MS_MIN,
  checkUsagePeriodInterval,
  nextPeriodStart,
  periodStartsBetween,
  usagePeriodAt,
  usagePeriodsOf,
  type UsagePeriodEntry,
  type UsagePeriods,
} from './periods/usage-periods.js';
export { decideEntry, type CatalogCommand } from './catalog/decide.js';
export type { CatalogEvent } from './catalog/events.js';
export type { Aggregation, Feature, Meter } from './catalog/meter.js';
export { EMPTY_ENTRY, evolveEntry, isArchived, type CatalogEntry, type CatalogKind } from './catalog/state.js';
export type {
  AnnounceCorrection,
  CreateEntitlement,
  CreateGrant,
  CustomerCommand,
  MeasurementStart,
  ResetUsage,
  VoidGrant,
} from './customer/commands.js';
export { decideCustomer, requireEntitlement, USAGE_PERIOD_DAYS_MAX } from './customer/decide.js';
export type { BalanceCorrected, CustomerEvent, EntitlementTerms } from './customer/events.js';
export { evolveCustomer } from './customer/evolve.js';
export { NEW_CUSTOMER, findEntitlement, type Customer, type LedgerEntitlement, type LedgerGrant } from './customer/state.js';
export {
  DEFAULT_LATENESS,
  EVENT_TIME_AHEAD_MS_MAX,
  LATE_WINDOW_MS_MAX,
  LATE_WINDOW_MS_MIN,
  bookingOf,
  countedAt,
  isLate,
  isPrompt,
  type Booking,
  type Lateness,
} from './usage/booking.js';
export { measure, measuring, type MeasuringMeter, type Measurement } from './usage/measure.js';
