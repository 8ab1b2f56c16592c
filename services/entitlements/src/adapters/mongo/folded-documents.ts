import type { Hash128 } from '@drawdown/cloudevents';
import type { ProjectedDocument } from '@drawdown/projections';
import type { CustomerKey } from '../../application/accounts/account.js';
import { usageDayId } from '../../application/accounts/account.js';
import type { Changes, OwnerWatermark, PartitionStore, StoredAccount } from '../../application/accounts/account-store.js';
import { customerId } from '../../application/accounts/accounts.js';
import type { UsageDay, UsageDayKey } from '../../application/accounts/usage-day.js';
import type { EventIds, Position } from '../../application/usage/event-ids.js';
import { CUSTOMERS, GRANTS, USAGE_MINUTES, type CustomerDocument, type GrantDocument, type UsageMinutesDocument } from './documents.js';
import { fromDbCustomer, fromDbUsageDay, toDbCustomer, toDbGrant, toDbUsageDay } from './map-documents.js';

/** The documents of one partition in memory: what the log says they should be, for an audit. */
export class FoldedDocuments implements PartitionStore {
  readonly watermark: OwnerWatermark = { usage: 0, entitlements: 0, isFolded: false };
  readonly ids: EventIds = new MemoryIds();
  readonly #customers = new Map<string, CustomerDocument>();
  readonly #grants = new Map<string, GrantDocument>();
  readonly #days = new Map<string, UsageMinutesDocument>();

  constructor(
    private readonly partition: number,
    /** Those that the audited documents have counted. */
    readonly readyMeters: ReadonlySet<string>,
  ) {}

  /** By collection, each document by its id. */
  get documents(): ReadonlyMap<string, ReadonlyMap<string, ProjectedDocument>> {
    return new Map<string, ReadonlyMap<string, ProjectedDocument>>([
      [CUSTOMERS.name, this.#customers],
      [GRANTS.name, this.#grants],
      [USAGE_MINUTES.name, this.#days],
    ]);
  }

  async loadAccounts(keys: readonly CustomerKey[]): Promise<readonly StoredAccount[]> {
    return keys.flatMap(key => {
      const document = this.#customers.get(customerId(key));
      if (document === undefined) return [];
      const isTheirs = (grant: GrantDocument): boolean => grant.namespace === key.namespace && grant.customer === key.customer;
      return [fromDbCustomer(document, [...this.#grants.values()].filter(isTheirs))];
    });
  }

  async loadDays(keys: readonly UsageDayKey[]): Promise<readonly UsageDay[]> {
    return keys.flatMap(key => {
      const document = this.#days.get(usageDayId(key));
      return document === undefined ? [] : [fromDbUsageDay(document)];
    });
  }

  async loadDaysFrom(key: CustomerKey, day: number): Promise<readonly UsageDay[]> {
    return [...this.#days.values()]
      .filter(document => document.namespace === key.namespace && document.customer === key.customer && document.day >= day)
      .map(fromDbUsageDay);
  }

  async flush({ grants, days, accounts }: Changes): Promise<void> {
    for (const image of grants) put(this.#grants, toDbGrant(this.partition, image));
    for (const day of days) put(this.#days, toDbUsageDay(this.partition, day));
    for (const image of accounts) put(this.#customers, toDbCustomer(this.partition, image));
  }

  async writeWatermark(): Promise<void> {
    // Nobody goes on from here.
  }

  dropDays(): Promise<void> {
    return Promise.reject(new Error('an audit takes up no meters'));
  }

  markReady(): Promise<void> {
    return Promise.reject(new Error('an audit takes up no meters'));
  }
}

const put = <T extends ProjectedDocument>(documents: Map<string, T>, document: T): void => {
  documents.set(document._id, document);
};

/** Every position of every hash, in memory. */
class MemoryIds implements EventIds {
  readonly #positions = new Map<Hash128, Position[]>();

  lookup(hash: Hash128, before: Position): Position | undefined {
    return this.#positions
      .get(hash)
      ?.filter(({ sequence, index }) => sequence < before.sequence || (sequence === before.sequence && index < before.index))
      .at(-1);
  }

  add(hash: Hash128, position: Position): void {
    const known = this.#positions.get(hash);
    if (known === undefined) this.#positions.set(hash, [position]);
    else known.push(position);
  }
}
