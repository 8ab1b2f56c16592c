import type { InstantMs } from '@drawdown/calendar';
import { Fault, Refusal } from '@drawdown/errors';
import type { Position } from '@drawdown/eventlog';
import { requireEntitlement, type LedgerEntitlement } from '../../domain/index.js';
import type { Account, CustomerKey } from '../accounts/account.js';
import { meterId } from '../catalog/catalog.js';

/** What an answer rests on: the owner's memory at this moment, or the stored documents when no owner answers (design §6). */
export interface View {
  readonly account: Account;
  readonly nowMs: InstantMs;
  /** Server time up to which everything is known. */
  readonly asOfMs: InstantMs;
  readonly position: Position;
  /** True where the owner was silent. */
  readonly stale: boolean;
  readonly isReady: (meterId: string) => boolean;
}

/** By id, or by feature key (entitlements §11.3); exactly one of them. */
export interface EntitlementReference {
  readonly entitlementId: string;
  readonly featureKey: string;
}

/** @throws Refusal `NOT_FOUND`; Fault `NOT_READY` while its meter is still being counted */
export const entitlementIn = ({ account, isReady }: View, reference: EntitlementReference): LedgerEntitlement => {
  const entitlement = requireEntitlement(account.customer, reference.entitlementId === '' ? reference.featureKey : reference.entitlementId);
  if (reference.entitlementId !== '' && entitlement.id !== reference.entitlementId) {
    throw new Refusal('NOT_FOUND', `there is no entitlement ${reference.entitlementId}`, {
      kind: 'entitlement',
      id: reference.entitlementId,
    });
  }
  checkReady(account.key, entitlement, isReady);
  return entitlement;
};

export const checkReady = ({ namespace }: CustomerKey, { meter }: LedgerEntitlement, isReady: View['isReady']): void => {
  if (isReady(meterId(namespace, meter.key))) return;
  throw new Fault('NOT_READY', `usage of meter ${meter.key} is still being counted`, { meter: meter.key });
};
