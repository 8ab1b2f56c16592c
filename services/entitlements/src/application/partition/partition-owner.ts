import { Fault } from '@drawdown/errors';
import type { EventLog, StoredMessage, Subjects } from '@drawdown/eventlog';
import { breath } from '@drawdown/partitions';
import type { CustomerEvent, MeasuringMeter } from '../../domain/index.js';
import type { Account, CustomerKey } from '../accounts/account.js';
import type { PartitionStore } from '../accounts/account-store.js';
import { Accounts } from '../accounts/accounts.js';
import { aggregateFrom } from '../accounts/open-aggregate.js';
import type { UsageDay } from '../accounts/usage-day.js';
import { meterId, type Catalog } from '../catalog/catalog.js';
import { LedgerFold } from '../ledger/ledger-fold.js';
import { ledgerHeaders } from '../ledger/ledger-message.js';
import type { EventIds } from '../usage/event-ids.js';
import { UsageFold, type Correction, type FindEvent, type UsageFoldPorts } from '../usage/usage-fold.js';
import type { UsageMessage } from '../usage/usage-message.js';
import type { UsageObserver } from '../usage/usage-observer.js';
import { Exclusive } from './exclusive.js';
import { imageOf } from './images.js';
import type { Input } from './input.js';

export interface OwnerPorts {
  readonly store: PartitionStore;
  readonly log: EventLog<CustomerEvent>;
  readonly findEvent: FindEvent;
  readonly catalog: Catalog;
  readonly subjects: Subjects;
  readonly clock: { nowMs(): number };
  readonly observer: UsageObserver;
  /** Look immediately before what must not come from a former owner. */
  readonly isHeld: () => boolean;
  /** Usage up to this message was announced before; it is folded in silence. */
  readonly announcedThrough: () => number;
}

/** Gives this partition's usage from the beginning of the stream up to a message, in order; what is set aside or unreadable is left out. */
export type ReadUsage = (throughSequence: number, apply: (message: StoredMessage, usage: UsageMessage) => Promise<void>) => Promise<void>;

/** Days in memory before they are stored while a meter is being counted. */
const COUNTED_DAYS_PER_FLUSH = 2_000;

interface Unstored {
  readonly accounts: Set<Account>;
  readonly days: Set<UsageDay>;
  readonly corrections: Correction[];
}

/** One partition in the hands of its owner: the fold of its two streams, and the accounts that questions are answered from. */
export class PartitionOwner {
  readonly accounts: Accounts;
  readonly usageFold: UsageFold;
  readonly #foldPorts: UsageFoldPorts;
  readonly #ledgerFold: LedgerFold;
  readonly #exclusive = new Exclusive();
  readonly #readyMeters: Set<string>;
  #unstored: Unstored = nothingUnstored();
  #isFolded: boolean;
  #usageSequence: number;
  #ledgerSequence: number;
  #storedUsage: number;
  #storedLedger: number;

  constructor(private readonly ports: OwnerPorts) {
    const { store, log, subjects, clock, catalog, findEvent, observer } = ports;
    this.accounts = new Accounts(store, aggregateFrom({ log, subjects, clock, ids: store.ids }));
    this.#readyMeters = new Set(store.readyMeters);
    this.#foldPorts = { accounts: this.accounts, catalog, ids: store.ids, findEvent, observer, isReady: id => this.isReady(id) };
    this.usageFold = new UsageFold(this.#foldPorts);
    this.#ledgerFold = new LedgerFold(this.accounts, store.ids);
    this.#usageSequence = store.watermark.usage;
    this.#ledgerSequence = store.watermark.entitlements;
    this.#isFolded = store.watermark.isFolded;
    this.#storedUsage = this.#usageSequence;
    this.#storedLedger = this.#ledgerSequence;
  }

  /** Last message of the usage stream that is in memory. */
  get usageSequence(): number {
    return this.#usageSequence;
  }

  /** Last message of the ledger stream that is in memory. */
  get ledgerSequence(): number {
    return this.#ledgerSequence;
  }

  get ids(): EventIds {
    return this.ports.store.ids;
  }

  nowMs(): number {
    return this.ports.clock.nowMs();
  }

  /** Whether a meter's usage is counted from the beginning on; until then its entitlements answer `NOT_READY`. */
  isReady(meterId: string): boolean {
    return this.#readyMeters.has(meterId);
  }

  /** Applies messages of one stream in order and stores their effects. Safe to call again with the same messages. */
  apply(batch: readonly { readonly message: StoredMessage; readonly value: Input | undefined }[]): Promise<void> {
    return this.#exclusive.run(async () => {
      // One question to the store for the whole batch, not one for each of its messages.
      await this.accounts.requireAll(customersIn(batch));
      for (const { message, value } of batch) {
        await breath();
        await this.#applyOne(message, value);
      }
      await this.#store();
    });
  }

  /** Runs a task while nothing is applied, with everything stored that was: handing over to another generation, an audit. */
  whileStill<T>(task: () => Promise<T>): Promise<T> {
    return this.#exclusive.run(async () => {
      await this.#store();
      return task();
    });
  }

  /**
   * Takes up a meter that the partition has not counted yet: its usage is counted from the beginning of the stream while everything else of the
   * partition waits. What a former attempt left behind is forgotten first.
   */
  async takeUpMeter(namespace: string, meter: MeasuringMeter, readUsage: ReadUsage): Promise<void> {
    const id = meterId(namespace, meter.meter.key);
    if (this.isReady(id)) return;
    await this.whileStill(async () => {
      if (this.isReady(id)) return;
      this.accounts.forgetMeter(namespace, meter.meter.key);
      await this.ports.store.dropDays(namespace, meter.meter.key);
      await this.#count(namespace, meter, readUsage);
      await this.ports.store.markReady(id);
      this.#readyMeters.add(id);
    });
  }

  async #count(namespace: string, meter: MeasuringMeter, readUsage: ReadUsage): Promise<void> {
    const { ids } = this.ports.store;
    const fold = new UsageFold({
      ...this.#foldPorts,
      catalog: { metersFor: (of, type) => (of === namespace && type === meter.meter.eventType ? [meter] : []) },
      // All of it is known already; the index decides which events count as it did when they came.
      ids: { lookup: (hash, before) => ids.lookup(hash, before), add: () => undefined },
      observer: { onEffect: () => undefined },
      isReady: () => true,
    });
    const counted = nothingUnstored();
    const store = async (): Promise<void> => {
      await this.ports.store.flush({ grants: [], accounts: [], days: [...counted.days] });
      this.accounts.unpin(counted.accounts);
      counted.days.clear();
      counted.accounts.clear();
    };
    await readUsage(this.#usageSequence, async (message, usage) => {
      await fold.apply(message, usage, counted);
      if (counted.days.size >= COUNTED_DAYS_PER_FLUSH) await store();
    });
    await store();
  }

  async #applyOne(message: StoredMessage, value: Input | undefined): Promise<void> {
    if (message.stream === 'usage') {
      if (message.sequence <= this.#usageSequence) return;
      if (value?.kind === 'usage') await this.usageFold.apply(message, value.usage, this.#unstored);
      this.#usageSequence = message.sequence;
      return;
    }
    if (message.sequence <= this.#ledgerSequence) return;
    if (value?.kind === 'ledger') await this.#ledgerFold.apply(value.ledger, this.#unstored);
    this.#ledgerSequence = message.sequence;
  }

  /** Announcements first, then documents, then the watermark (design §4.11). */
  async #store(): Promise<void> {
    if (this.#storedUsage === this.#usageSequence && this.#storedLedger === this.#ledgerSequence) return;
    if (!this.ports.isHeld()) throw new Fault('LEASE_LOST', 'the partition has another owner');
    const unstored = this.#unstored;
    await this.#announce(unstored.corrections);
    const accounts = [...unstored.accounts];
    // An entitlement that has just come may count usage of days that nobody has needed until now.
    await this.accounts.requireAll(accounts.filter(({ isComplete }) => !isComplete).map(({ key }) => key));
    const grants = accounts.map(account => ({ account, images: account.changedGrants }));
    const changes = { grants: grants.flatMap(({ images }) => images), days: [...unstored.days], accounts: accounts.map(imageOf) };
    await this.ports.store.flush(changes);
    for (const { account, images } of grants) account.grantsStored(images);
    await this.#writeWatermark();
    this.#unstored = nothingUnstored();
    this.accounts.unpin(accounts);
  }

  /** Says in the documents that they have all that the streams held; once in a generation. */
  async markFolded(): Promise<void> {
    if (this.#isFolded) return;
    await this.whileStill(() => {
      this.#isFolded = true;
      return this.#writeWatermark();
    });
  }

  /** Says in the documents how far they are. */
  async #writeWatermark(): Promise<void> {
    await this.ports.store.writeWatermark({
      usage: this.#usageSequence,
      entitlements: this.#ledgerSequence,
      isFolded: this.#isFolded,
    });
    this.#storedUsage = this.#usageSequence;
    this.#storedLedger = this.#ledgerSequence;
  }

  async #announce(corrections: readonly Correction[]): Promise<void> {
    const due = corrections.filter(({ usageSequence }) => usageSequence > this.ports.announcedThrough());
    await Promise.all(
      due.map(({ account, ...correction }) =>
        account.aggregate.execute({
          id: `correction/${correction.usageSequence}/${correction.entitlementId}`,
          createdAtMs: this.ports.clock.nowMs(),
          body: { type: 'announce-correction', ...correction },
          bodyHash: 'correction',
          headers: ledgerHeaders(account.key),
        }),
      ),
    );
  }
}

const nothingUnstored = (): Unstored => ({ accounts: new Set(), days: new Set(), corrections: [] });

/** Every customer that the usage of a batch names, once. */
const customersIn = (batch: readonly { readonly value: Input | undefined }[]): readonly CustomerKey[] => {
  const customers = new Map<string, Set<string>>();
  for (const { value } of batch) {
    if (value?.kind !== 'usage') continue;
    const { namespace, events } = value.usage;
    const known = customers.get(namespace) ?? new Set();
    customers.set(namespace, known);
    for (const { customer } of events) known.add(customer);
  }
  return [...customers].flatMap(([namespace, known]) => [...known].map(customer => ({ namespace, customer })));
};
