import {
  IdIndex,
  PAGE_DOCUMENTS_MAX,
  projectionWrite,
  type ProjectionWrite,
  type ReadModel,
  type SegmentCache,
  type Stamp,
} from '@drawdown/projections';
import { ulid } from 'ulid';
import type { CustomerKey } from '../../application/accounts/account.js';
import { usageDayId } from '../../application/accounts/account.js';
import type { Changes, OwnerWatermark, PartitionStore, StoredAccount } from '../../application/accounts/account-store.js';
import { customerId } from '../../application/accounts/accounts.js';
import type { UsageDay, UsageDayKey } from '../../application/accounts/usage-day.js';
import { ID_WINDOW_MS, type EventIds } from '../../application/usage/event-ids.js';
import { CUSTOMERS, GRANTS, READY_METERS, USAGE_IDS, USAGE_MINUTES, type GrantDocument } from './documents.js';
import { fromDbCustomer, fromDbWatermark, toDbWatermark, fromDbUsageDay, toDbCustomer, toDbGrant, toDbUsageDay } from './map-documents.js';

export interface PartitionStoreOptions {
  readonly readModel: ReadModel;
  readonly partition: number;
  /** Shared by all partitions of the process. */
  readonly cache: SegmentCache;
  /** Under which lease, and when, documents are written. */
  readonly stamp: () => Stamp;
}

/** A meter is taken up at another place of the stream in every rebuild; that it was is all that the document says. */
const READY_ONCE = 0;

/** Flushes between two looks for small runs of ids to merge. */
const FLUSHES_PER_MAINTENANCE = 16;

/** One partition's documents in one generation of the read model. */
export class MongoPartitionStore implements PartitionStore {
  #flushes = 0;

  private constructor(
    private readonly options: PartitionStoreOptions,
    readonly watermark: OwnerWatermark,
    readonly readyMeters: ReadonlySet<string>,
    private readonly index: IdIndex,
  ) {}

  static async open(options: PartitionStoreOptions): Promise<MongoPartitionStore> {
    const { readModel, partition, cache } = options;
    const stored = await readModel.watermarks.read(partition);
    const readyMeters = new Set<string>();
    for await (const { meterId } of readModel.collection(READY_METERS).scan({ partition })) readyMeters.add(meterId);
    const index = await IdIndex.load({ readModel, declaration: USAGE_IDS, partition, cache, windowMs: ID_WINDOW_MS, newId: ulid });
    return new MongoPartitionStore(options, fromDbWatermark(stored), readyMeters, index);
  }

  get ids(): EventIds {
    return this.index;
  }

  async loadAccounts(keys: readonly CustomerKey[]): Promise<readonly StoredAccount[]> {
    return loadAccounts(this.options.readModel, keys);
  }

  async loadDays(keys: readonly UsageDayKey[]): Promise<readonly UsageDay[]> {
    const collection = this.options.readModel.collection(USAGE_MINUTES);
    const days: UsageDay[] = [];
    for (const ids of pagesOf(keys.map(usageDayId))) days.push(...(await collection.findByIds(ids)).map(fromDbUsageDay));
    return days;
  }

  loadDaysFrom(key: CustomerKey, day: number): Promise<readonly UsageDay[]> {
    return loadDaysFrom(this.options.readModel, key, day);
  }

  async flush({ grants, days, accounts }: Changes): Promise<void> {
    const { readModel, partition, stamp } = this.options;
    const segments = this.index.pendingSegments();
    const parts: ProjectionWrite[] = [
      ...grants.map(image => projectionWrite(GRANTS, toDbGrant(partition, image))),
      ...days.map(day => projectionWrite(USAGE_MINUTES, toDbUsageDay(partition, day))),
      ...segments,
    ];
    await readModel.flush(parts, stamp());
    this.index.flushed();
    // What an account says must be in its parts already: it is read without looking whether they are older.
    const whole = accounts.map(image => projectionWrite(CUSTOMERS, toDbCustomer(partition, image)));
    await readModel.flush(whole, stamp());
    this.#flushes += 1;
    if (this.#flushes % FLUSHES_PER_MAINTENANCE === 0) await this.#maintainIds();
  }

  /** One merge makes one run of a few, so it takes several to keep the number of runs, and with it the cost of a look-up, where it is. */
  async #maintainIds(): Promise<void> {
    let merged: number;
    do ({ merged } = await this.index.maintain(this.options.stamp()));
    while (merged > 0);
  }

  async writeWatermark(watermark: OwnerWatermark): Promise<void> {
    const { readModel, partition, stamp } = this.options;
    await readModel.watermarks.write(partition, toDbWatermark(watermark), stamp());
  }

  async dropDays(namespace: string, meterKey: string): Promise<void> {
    const { readModel, partition } = this.options;
    const ids: string[] = [];
    for await (const { _id } of readModel.collection(USAGE_MINUTES).scan({ partition, namespace, meterKey })) ids.push(_id);
    await readModel.deleteByIds(USAGE_MINUTES, ids);
  }

  async markReady(meterId: string): Promise<void> {
    const { readModel, partition, stamp } = this.options;
    const document = { _id: `${partition}/${meterId}`, partition, meterId, usageSequence: READY_ONCE };
    await readModel.flush([projectionWrite(READY_METERS, document)], stamp());
  }
}

/** Customers with their grants, as any replica may read them. */
export const loadAccounts = async (readModel: ReadModel, keys: readonly CustomerKey[]): Promise<readonly StoredAccount[]> => {
  const found = await readModel.collection(CUSTOMERS).findByIds(keys.map(customerId));
  const accounts: StoredAccount[] = [];
  for (const document of found) {
    const grants = document.entitlements.length === 0 ? [] : await grantsOf(readModel, document);
    accounts.push(fromDbCustomer(document, grants));
  }
  return accounts;
};

const grantsOf = async (readModel: ReadModel, { namespace, customer }: CustomerKey): Promise<readonly GrantDocument[]> => {
  const grants: GrantDocument[] = [];
  for await (const grant of readModel.collection(GRANTS).scan({ namespace, customer })) grants.push(grant);
  return grants;
};

export const loadDaysFrom = async (readModel: ReadModel, key: CustomerKey, day: number): Promise<readonly UsageDay[]> => {
  const days: UsageDay[] = [];
  for await (const document of readModel.collection(USAGE_MINUTES).scan({ ...key, day: { $gte: day } }))
    days.push(fromDbUsageDay(document));
  return days;
};

const pagesOf = (ids: readonly string[]): string[][] => {
  const pages: string[][] = [];
  for (let start = 0; start < ids.length; start += PAGE_DOCUMENTS_MAX) pages.push(ids.slice(start, start + PAGE_DOCUMENTS_MAX));
  return pages;
};
