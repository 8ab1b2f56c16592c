export { balanceAt, balanceHistory, openEntitlement, readingOf, startOfMeasurement, stateAt, type BalanceReading } from './balance/read.js';
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
