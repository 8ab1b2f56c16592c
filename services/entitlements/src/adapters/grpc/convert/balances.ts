import { encodePosition } from '@drawdown/eventlog';
import {
  AccessReason as ApiReason,
  GrantUsageTermination,
  type Access,
  type Balance,
  type Freshness,
  type GrantBalance,
  type Segment as SegmentMessage,
} from '@drawdown/proto';
import { formatQuantity } from '@drawdown/quantity';
import type { AccessAnswer, AccessReason } from '../../../application/answers/access.js';
import type { BalanceAnswer } from '../../../application/answers/balance.js';
import type { View } from '../../../application/answers/view.js';
import { sortByBurnOrder, type GrantBalances, type GrantUsage, type LedgerGrant, type Segment } from '../../../domain/index.js';
import { toApiTimestamp } from './instants.js';

/** `at` is the instant the answer is computed for; without one it is that of the question. */
export const toApiFreshness = (view: View, at: number = view.nowMs): Freshness => ({
  position: encodePosition(view.position),
  at: toApiTimestamp(at),
  asOf: toApiTimestamp(view.asOfMs),
  stale: view.stale,
});

export const toApiBalance = ({ entitlement, reading }: BalanceAnswer): Balance => ({
  entitlementId: entitlement.id,
  featureKey: entitlement.featureKey,
  at: toApiTimestamp(reading.at),
  balance: formatQuantity(reading.balance),
  usageInPeriod: formatQuantity(reading.usageInPeriod),
  overage: formatQuantity(reading.overage),
  totalAvailable: formatQuantity(reading.totalAvailable),
  startOfPeriod: toApiTimestamp(reading.startOfPeriod),
  grantBalances: inBurnOrder(entitlement.grants, toApiGrantBalances(reading.grantBalances)),
  hasAccess: reading.hasAccess,
});

const inBurnOrder = (grants: readonly LedgerGrant[], balances: readonly GrantBalance[]): GrantBalance[] => {
  const byId = new Map(balances.map(balance => [balance.grantId, balance]));
  return sortByBurnOrder(grants.filter(({ id }) => byId.has(id))).flatMap(({ id }) => byId.get(id) ?? []);
};

const toApiGrantBalances = (balances: GrantBalances): GrantBalance[] =>
  [...balances].map(([grantId, balance]) => ({ grantId, balance: formatQuantity(balance) }));

export const toApiSegment = (segment: Segment): SegmentMessage => ({
  startTime: toApiTimestamp(segment.from),
  endTime: toApiTimestamp(segment.to),
  balancesAtStart: toApiGrantBalances(segment.balanceAtStart),
  overageAtStart: formatQuantity(segment.overageAtStart),
  totalUsage: formatQuantity(segment.totalUsage),
  grantUsages: segment.grantUsages.map(({ grantId, usage, reason }) => ({
    grantId,
    usage: formatQuantity(usage),
    termination: TERMINATIONS[reason],
  })),
  overage: formatQuantity(segment.overage),
  endedByPriorityChange: segment.terminationReasons.priorityChange === true,
  endedByRecurrence: [...(segment.terminationReasons.recurrence ?? [])],
  endedByUsageReset: segment.terminationReasons.usageReset === true,
  rollover: segment.terminationReasons.rollover === true,
});

const TERMINATIONS: Readonly<Record<GrantUsage['reason'], GrantUsageTermination>> = {
  GRANT_EXHAUSTED: GrantUsageTermination.GRANT_EXHAUSTED,
  SEGMENT_TERMINATION: GrantUsageTermination.SEGMENT_TERMINATION,
};

export const toApiAccess = (answer: AccessAnswer): Access => ({
  hasAccess: answer.hasAccess,
  reason: REASONS[answer.reason],
  entitlementId: answer.entitlementId,
  balance: answer.reason === 'NO_ENTITLEMENT' ? '' : formatQuantity(answer.balance),
  usageInPeriod: formatQuantity(answer.usageInPeriod),
  overage: formatQuantity(answer.overage),
});

const REASONS: Readonly<Record<AccessReason, ApiReason>> = {
  BALANCE: ApiReason.BALANCE,
  SOFT_LIMIT: ApiReason.SOFT_LIMIT,
  EXHAUSTED: ApiReason.EXHAUSTED,
  NO_ENTITLEMENT: ApiReason.NO_ENTITLEMENT,
};
