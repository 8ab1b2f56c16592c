import { isUnknownEvent } from '@drawdown/eventlog';
import type { CustomerEvent } from '../../domain/index.js';
import type { Account } from '../accounts/account.js';
import type { GrantImage } from '../accounts/account-store.js';
import type { Accounts } from '../accounts/accounts.js';
import type { EventIds } from '../usage/event-ids.js';
import { commandHash } from './command-ids.js';
import type { LedgerMessage } from './ledger-message.js';

/** What ledger messages have changed in memory and is not stored yet. */
export interface LedgerChanges {
  readonly accounts: Set<Account>;
  /** By grant id. */
  readonly grants: Map<string, GrantImage>;
}

/** The fold of one partition's ledger into its accounts: what another replica recorded, and our own commands once more. */
export class LedgerFold {
  constructor(
    private readonly accounts: Accounts,
    private readonly ids: EventIds,
  ) {}

  async apply({ key, recorded }: LedgerMessage, changes: LedgerChanges): Promise<void> {
    const account = await this.accounts.require(key);
    this.accounts.pin(account);
    account.aggregate.fold(recorded);
    changes.accounts.add(account);
    for (const [index, { commandId, decidedAtMs, events }] of recorded.decisions.entries()) {
      this.ids.add(commandHash(key, commandId), { sequence: recorded.sequence, index }, recorded.timeMs);
      for (const event of events) {
        if (isUnknownEvent(event)) continue;
        const changed = changedGrant(account, event);
        if (changed !== undefined) {
          changes.grants.set(changed.grant.id, { ...changed, key, updatedAt: decidedAtMs, ledgerSequence: recorded.sequence });
        }
      }
    }
  }
}

/** The grant that an event created or voided, as the account has it after the event and everything since. */
const changedGrant = (
  { customer }: Account,
  event: CustomerEvent,
): Pick<GrantImage, 'entitlementId' | 'featureKey' | 'grant'> | undefined => {
  if (event.type !== 'grant-created' && event.type !== 'grant-voided') return undefined;
  const grantId = event.type === 'grant-created' ? event.grant.id : event.grantId;
  const entitlement = customer.entitlements.find(({ id }) => id === event.entitlementId);
  const grant = entitlement?.grants.find(({ id }) => id === grantId);
  if (entitlement === undefined || grant === undefined) return undefined;
  return { entitlementId: entitlement.id, featureKey: entitlement.featureKey, grant };
};
