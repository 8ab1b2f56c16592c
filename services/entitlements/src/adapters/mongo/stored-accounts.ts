import { isFault } from '@drawdown/errors';
import type { EventLog, Subjects } from '@drawdown/eventlog';
import type { ReadModel } from '@drawdown/projections';
import { Account, type CustomerKey } from '../../application/accounts/account.js';
import type { OwnerWatermark } from '../../application/accounts/account-store.js';
import { aggregateFrom } from '../../application/accounts/open-aggregate.js';
import type { CustomerEvent } from '../../domain/index.js';
import { READY_METERS } from './documents.js';
import { fromDbWatermark } from './map-documents.js';
import { loadAccounts, loadDaysFrom } from './partition-store.js';

export interface StoredAccountsOptions {
  readonly readModel: () => ReadModel;
  readonly log: EventLog<CustomerEvent>;
  readonly subjects: Subjects;
  readonly clock: { nowMs(): number };
}

export interface FoundAccount {
  readonly account: Account;
  /** Server time of the latest message in the documents; 0 without any. */
  readonly asOfMs: number;
  /** The customer's last ledger message; 0 where there is none, or where the log does not answer either. */
  readonly ledgerEnd: number;
  readonly isReady: (meterId: string) => boolean;
}

/** Customers as any replica reads them from the documents, when their owner is silent. Nothing is decided on them. */
export class StoredAccounts {
  constructor(private readonly options: StoredAccountsOptions) {}

  nowMs(): number {
    return this.options.clock.nowMs();
  }

  async load(key: CustomerKey): Promise<FoundAccount> {
    const { log, subjects, clock } = this.options;
    const readModel = this.options.readModel();
    const [stored] = await loadAccounts(readModel, [key]);
    const ids = { lookup: () => undefined, add: () => undefined };
    const usage = { sequence: stored?.usageSequence ?? 0, lastMs: stored?.lastUsageMs ?? 0 };
    const account = new Account(key, aggregateFrom({ log, subjects, clock, ids })(key, stored), usage);
    const from = account.daysNeededFrom;
    if (Number.isFinite(from)) account.adoptDays(await loadDaysFrom(readModel, key, from), from);
    const ready = await this.#readyMeters(readModel, subjects.customerPartition(key.namespace, key.customer));
    const asOfMs = Math.max(stored?.lastUsageMs ?? 0, stored?.customer.changedAt ?? 0);
    return { account, asOfMs, ledgerEnd: await this.#ledgerEnd(key), isReady: id => ready.has(id) };
  }

  async #ledgerEnd({ namespace, customer }: CustomerKey): Promise<number> {
    const { log, subjects } = this.options;
    try {
      return await log.lastSequence(subjects.customer(namespace, customer));
    } catch (error) {
      // Without the log nobody can tell; what is stored is the best answer there is, and it says as of when.
      if (isFault(error)) return 0;
      throw error;
    }
  }

  /** How far a partition's documents are. */
  async watermark(partition: number): Promise<OwnerWatermark> {
    return fromDbWatermark(await this.options.readModel().watermarks.read(partition));
  }

  async #readyMeters(readModel: ReadModel, partition: number): Promise<ReadonlySet<string>> {
    const ready = new Set<string>();
    for await (const { meterId } of readModel.collection(READY_METERS).scan({ partition })) ready.add(meterId);
    return ready;
  }
}
