import type { Exact } from '../../amount/exact.js';
import type { Amounts, PerDimension } from '../../amount/per-dimension.js';

/** When somebody is told that a pool is running low (capacity §15.2). */
export interface AlertThresholds {
  /** Remaining time, in seconds; descending, each once. */
  readonly seconds: readonly number[];
  /** Remaining share of the balance right after the last credit, in percent; descending, each once. */
  readonly percents: readonly number[];
}

/** How a pool buys more by itself (capacity §15.2). */
export interface TopUpPolicy {
  /** It buys when less time than this is left. */
  readonly belowSeconds: number;
  /** What it buys each time, in milliunit-seconds: whole unit-seconds. */
  readonly amounts: Amounts;
  /** A period begins with the first purchase after the last one has ended. */
  readonly periodSeconds: number;
  /** Most purchases in a period. */
  readonly purchasesPerPeriodMax: number;
  /** Milliunit-seconds that no purchase may lift the balance above. */
  readonly balanceMax: Amounts;
}

/** What a pool's owner has decided about it. One record: a change replaces the whole (capacity §13.1). */
export interface Policy {
  /** How long a credit can still save the members that use an exhausted dimension (capacity §15.5). */
  readonly graceSeconds: number;
  /** Whether they stop draining in that time, or go on at the cost of what is forgiven. Without grace it means nothing. */
  readonly suspendsInGrace: boolean;
  /** Milliunit-seconds that are forgiven per exhaustion; then whoever is in grace is suspended. Absent: no bound. */
  readonly unfundedCaps: PerDimension<Exact | undefined>;
  readonly alerts: AlertThresholds;
  /** Absent: it buys nothing by itself. */
  readonly topUp: TopUpPolicy | undefined;
  /** Milliunits that members may drain on a node, by node id; others have no limit (capacity §15.7). */
  readonly nodeLimits: ReadonlyMap<string, Amounts>;
  /** Whether new nodes of its farm become its own. */
  readonly includesFarmNodes: boolean;
  /** Milliunit-seconds that it lends in all. Absent: as much as it has (capacity §15.8). */
  readonly lendingLimit: Amounts | undefined;
}

const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 86_400;

/** What holds until somebody decides otherwise: no grace (capacity §12 D16), and the alerts of §15.2. */
export const DEFAULT_POLICY: Policy = {
  graceSeconds: 0,
  suspendsInGrace: false,
  unfundedCaps: [undefined, undefined, undefined],
  alerts: { seconds: [14 * DAY_SECONDS, 7 * DAY_SECONDS, DAY_SECONDS, HOUR_SECONDS], percents: [20, 5] },
  topUp: undefined,
  nodeLimits: new Map(),
  includesFarmNodes: false,
  lendingLimit: undefined,
};

/** Bounds of what a policy says. */
export const POLICY_LIMITS = {
  graceSecondsMax: 90 * DAY_SECONDS,
  thresholdsMax: 16,
  thresholdSecondsMax: 3_650 * DAY_SECONDS,
  /** A share of 100 % would be below the threshold from the first second on. */
  percentMax: 99,
  topUpPeriodSecondsMin: HOUR_SECONDS,
  topUpPeriodSecondsMax: 366 * DAY_SECONDS,
  topUpPurchasesPerPeriodMax: 1_000,
  nodeLimitsMax: 1_000,
} as const;
