import type { InstantMs } from '@drawdown/calendar';
import { isUnknownEvent, type RecordedMessage } from '@drawdown/eventlog';
import type { Customer, CustomerEvent } from '../../domain/index.js';
import type { CustomerKey } from './account.js';
import type { GrantImage } from './account-store.js';

interface Change {
  readonly entitlementId: string;
  readonly at: InstantMs;
  readonly ledgerSequence: number;
}

/**
 * The grants of one customer that are not stored as the state has them. They are noted when a message comes into the state and not when the partition's
 * consumer delivers it: our own commands are in the state before that, and a customer that is stored with them must find their grants stored too.
 */
export class ChangedGrants {
  /** The latest change of each, by grant id. */
  readonly #changes = new Map<string, Change>();

  note({ sequence, decisions }: RecordedMessage<CustomerEvent>): void {
    for (const { decidedAtMs, events } of decisions) {
      for (const event of events) {
        if (isUnknownEvent(event) || (event.type !== 'grant-created' && event.type !== 'grant-voided')) continue;
        const grantId = event.type === 'grant-created' ? event.grant.id : event.grantId;
        this.#changes.set(grantId, { entitlementId: event.entitlementId, at: decidedAtMs, ledgerSequence: sequence });
      }
    }
  }

  imagesIn(key: CustomerKey, { entitlements }: Customer): readonly GrantImage[] {
    return [...this.#changes].flatMap(([grantId, { entitlementId, at, ledgerSequence }]) => {
      const entitlement = entitlements.find(({ id }) => id === entitlementId);
      const grant = entitlement?.grants.find(({ id }) => id === grantId);
      if (entitlement === undefined || grant === undefined) return [];
      return [{ key, entitlementId, featureKey: entitlement.featureKey, grant, updatedAt: at, ledgerSequence }];
    });
  }

  forget(stored: readonly GrantImage[]): void {
    for (const { grant, ledgerSequence } of stored) {
      if (this.#changes.get(grant.id)?.ledgerSequence === ledgerSequence) this.#changes.delete(grant.id);
    }
  }
}
