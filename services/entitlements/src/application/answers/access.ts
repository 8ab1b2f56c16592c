import type { Quantity } from '@drawdown/quantity';
import { findEntitlement } from '../../domain/index.js';
import { checkReady, type View } from './view.js';

export type AccessReason = 'BALANCE' | 'SOFT_LIMIT' | 'EXHAUSTED' | 'NO_ENTITLEMENT';

/** Whether a customer may use a feature now, and what that follows from (entitlements §11.1, §19.1). */
export interface AccessAnswer {
  readonly hasAccess: boolean;
  readonly reason: AccessReason;
  readonly entitlementId: string;
  readonly balance: Quantity;
  readonly usageInPeriod: Quantity;
  readonly overage: Quantity;
}

const NO_ENTITLEMENT: AccessAnswer = {
  hasAccess: false,
  reason: 'NO_ENTITLEMENT',
  entitlementId: '',
  balance: 0n,
  usageInPeriod: 0n,
  overage: 0n,
};

/**
 * Decided at the running minute: boundaries up to it crossed, all known usage in it counted, nothing of the next one.
 * @throws Fault `NOT_READY`
 */
export const accessTo = ({ account, nowMs, isReady }: View, featureKey: string): AccessAnswer => {
  const entitlement = findEntitlement(account.customer, featureKey);
  if (entitlement?.featureKey !== featureKey || nowMs < entitlement.measureUsageFrom) return NO_ENTITLEMENT;
  checkReady(account.key, entitlement, isReady);
  const current = account.usageOf(entitlement).balanceAt(entitlement, nowMs).current();
  return {
    hasAccess: current.hasAccess,
    reason: current.balance > 0n ? 'BALANCE' : entitlement.isSoftLimit ? 'SOFT_LIMIT' : 'EXHAUSTED',
    entitlementId: entitlement.id,
    balance: current.balance,
    usageInPeriod: current.usageInPeriod,
    overage: current.overage,
  };
};
