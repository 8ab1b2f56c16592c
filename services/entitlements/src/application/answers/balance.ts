import type { InstantMs } from '@drawdown/calendar';
import type { BalanceReading, History, LedgerEntitlement } from '../../domain/index.js';
import { balanceHistory, lastResetOf } from '../../domain/index.js';
import { entitlementIn, type EntitlementReference, type View } from './view.js';

export interface BalanceAnswer {
  readonly entitlement: LedgerEntitlement;
  readonly reading: BalanceReading;
}

/**
 * The balance of an entitlement at an instant, now when none is given (entitlements §9).
 * @throws Refusal `NOT_FOUND`, `VALIDATION` before the start of measurement; Fault `NOT_READY`
 */
export const balanceOf = (view: View, reference: EntitlementReference, at: InstantMs = view.nowMs): BalanceAnswer => {
  const entitlement = entitlementIn(view, reference);
  const warm = view.account.usageOf(entitlement).balanceAt(entitlement, Math.max(view.nowMs, entitlement.measureUsageFrom));
  return { entitlement, reading: warm.readAt(at) };
};

/**
 * The burn-down between two instants; from the last reset until now where none are given (entitlements §9.4, §12).
 * @throws Refusal `NOT_FOUND`, `VALIDATION`; Fault `NOT_READY`
 */
export const historyOf = (
  view: View,
  reference: EntitlementReference,
  range: { readonly from?: InstantMs | undefined; readonly to?: InstantMs | undefined },
): History => {
  const entitlement = entitlementIn(view, reference);
  const usage = view.account.usageOf(entitlement);
  const { history } = balanceHistory(entitlement, usage.sums, range.from ?? lastResetOf(entitlement), range.to ?? view.nowMs);
  return history;
};
