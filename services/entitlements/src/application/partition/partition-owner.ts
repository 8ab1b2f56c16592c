import { Fault } from '@drawdown/errors';
import { Aggregate, type EventLog, type StoredMessage, type Subjects } from '@drawdown/eventlog';
import {
  decideCustomer,
  evolveCustomer,
  NEW_CUSTOMER,
  type BalanceReading,
  type Customer,
  type CustomerCommand,
  type CustomerEvent,
} from '../../domain/index.js';
import type { Account, CustomerAggregate, CustomerKey } from '../accounts/account.js';
import type { AccountImage, GrantImage, PartitionStore, StoredAccount } from '../accounts/account-store.js';
import { Accounts } from '../accounts/accounts.js';
import type { UsageDay } from '../accounts/usage-day.js';
import type { Catalog } from '../catalog/catalog.js';
import { commandIndex } from '../ledger/command-ids.js';
import { LedgerFold } from '../ledger/ledger-fold.js';
import { decodeLedgerMessage, ledgerHeaders, type LedgerMessage } from '../ledger/ledger-message.js';
import { UsageFold, type Correction, type FindEvent } from '../usage/usage-fold.js';
import { decodeUsageMessage, type UsageMessage } from '../usage/usage-message.js';
import type { UsageObserver } from '../usage/usage-observer.js';
import { Exclusive } from './exclusive.js';

/** Command ids are recognised for this long; an older command is refused with `COMMAND_EXPIRED` (design §3.11). */
export const COMMAND_WINDOW_MS = 24 * 3_600_000;

export type Input = { readonly kind: 'usage'; readonly usage: UsageMessage } | { readonly kind: 'ledger'; readonly ledger: LedgerMessage };

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
  /** Usage up to this message has been announced by somebody before; it is folded in silence. */
  readonly announcedThrough: number;
}

interface Unstored {
  readonly accounts: Set<Account>;
  readonly days: Set<UsageDay>;
  readonly grants: Map<string, GrantImage>;
  readonly corrections: Correction[];
}

/** One partition in the hands of its owner: the fold of its two streams, and the accounts that questions are answered from. */
export class PartitionOwner {
  readonly accounts: Accounts;
  readonly #usageFold: UsageFold;
  readonly #ledgerFold: LedgerFold;
  readonly #exclusive = new Exclusive();
  #unstored: Unstored = nothingUnstored();
  /** Last messages that are in memory; what is stored follows with every flush. */
  #usageSequence = 0;
  #ledgerSequence = 0;
  #readyMeters = new Set<string>();

  constructor(private readonly ports: OwnerPorts) {
    this.accounts = new Accounts(ports.store, (key, stored) => this.#openAggregate(key, stored));
    this.#usageFold = new UsageFold(this.accounts, ports.catalog, ports.store.ids, ports.findEvent, ports.observer);
    this.#ledgerFold = new LedgerFold(this.accounts, ports.store.ids);
  }

  /** Where reading begins: after the last message of each stream whose effects are stored. */
  async open(): Promise<{ usage: number; entitlements: number }> {
    const watermark = (await this.ports.store.open()) ?? { usage: 0, entitlements: 0 };
    this.#usageSequence = watermark.usage;
    this.#ledgerSequence = watermark.entitlements;
    this.#readyMeters = new Set(await this.ports.store.readyMeters());
    return watermark;
  }

  get usageSequence(): number {
    return this.#usageSequence;
  }

  get ledgerSequence(): number {
    return this.#ledgerSequence;
  }

  /** Whether a meter's usage is counted from the beginning on; until then its entitlements answer `NOT_READY`. */
  isReady(meterId: string): boolean {
    return this.#readyMeters.has(meterId);
  }

  decode(message: StoredMessage): { readonly ok: true; readonly value: Input } | { readonly ok: false; readonly reason: string; readonly detail: string } {
    if (message.stream === 'usage') {
      const decoded = decodeUsageMessage(this.ports.subjects, message);
      return decoded.ok ? { ok: true, value: { kind: 'usage', usage: decoded.value } } : decoded;
    }
    const decoded = decodeLedgerMessage(this.ports.subjects, this.ports.log, message);
    return decoded.ok ? { ok: true, value: { kind: 'ledger', ledger: decoded.value } } : decoded;
  }

  /** Applies messages of one stream in order and stores their effects. Safe to call again with the same messages. */
  apply(batch: readonly { readonly message: StoredMessage; readonly value: Input | undefined }[]): Promise<void> {
    return this.#exclusive.run(async () => {
      for (const { message, value } of batch) await this.#applyOne(message, value);
      await this.#store();
    });
  }

  /** Runs a task while nothing is applied: counting a new meter, or handing over to another generation. */
  whileStill<T>(task: () => Promise<T>): Promise<T> {
    return this.#exclusive.run(task);
  }

  /** Counts a meter from the beginning of the stream; `history` delivers this partition's usage up to what is in memory. */
  countMeter(namespace: string, meterKey: string, meterId: string, count: (fold: UsageFold) => Promise<ReadonlySet<UsageDay>>): Promise<void> {
    return this.#exclusive.run(async () => {
      if (this.#readyMeters.has(meterId)) return;
      await this.#store();
      await this.ports.store.dropDays(namespace, meterKey);
      const days = await count(this.#usageFold);
      await this.ports.store.flush({ grants: [], accounts: [], days: [...days] });
      await this.ports.store.markReady(meterId, this.#usageSequence);
      this.#readyMeters.add(meterId);
    });
  }

  async #applyOne(message: StoredMessage, value: Input | undefined): Promise<void> {
    if (message.stream === 'usage') {
      if (message.sequence <= this.#usageSequence) return;
      if (value?.kind === 'usage') await this.#usageFold.apply(message, value.usage, this.#unstored);
      this.#usageSequence = message.sequence;
      return;
    }
    if (message.sequence <= this.#ledgerSequence) return;
    if (value?.kind === 'ledger') await this.#ledgerFold.apply(value.ledger, this.#unstored);
    this.#ledgerSequence = message.sequence;
  }

  /** Announcements first, then documents, then the watermark (design §4.11). */
  async #store(): Promise<void> {
    if (!this.ports.isHeld()) throw new Fault('LEASE_LOST', 'the partition has another owner');
    const unstored = this.#unstored;
    await this.#announce(unstored.corrections);
    const accounts = [...unstored.accounts];
    await this.ports.store.flush({
      grants: [...unstored.grants.values()],
      days: [...unstored.days],
      accounts: accounts.map(account => imageOf(account)),
    });
    await this.ports.store.writeWatermark({ usage: this.#usageSequence, entitlements: this.#ledgerSequence });
    this.#unstored = nothingUnstored();
    this.accounts.unpin(accounts);
  }

  async #announce(corrections: readonly Correction[]): Promise<void> {
    const due = corrections.filter(({ usageSequence }) => usageSequence > this.ports.announcedThrough);
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

  #openAggregate(key: CustomerKey, stored: StoredAccount | undefined): CustomerAggregate {
    return new Aggregate<Customer, CustomerCommand, CustomerEvent>({
      log: this.ports.log,
      subject: this.ports.subjects.customer(key.namespace, key.customer),
      decider: { initialState: NEW_CUSTOMER, decide: (command, state, at) => decideCustomer(command, state, at), evolve: evolveCustomer },
      clock: this.ports.clock,
      commandWindowMs: COMMAND_WINDOW_MS,
      commands: commandIndex(this.ports.store.ids, key),
      // The documents hold everything up to the watermark, and the consumer delivers the rest; the append finds out about anything newer.
      snapshotIsCurrent: true,
      snapshot: {
        state: stored?.customer ?? NEW_CUSTOMER,
        sequence: stored?.ledgerSequence ?? 0,
        timeMs: stored?.customer.changedAt ?? 0,
      },
    });
  }
}

const nothingUnstored = (): Unstored => ({ accounts: new Set(), days: new Set(), grants: new Map(), corrections: [] });

const imageOf = (account: Account): AccountImage => {
  const at = Math.max(account.lastUsageMs, account.customer.changedAt);
  return {
    key: account.key,
    customer: account.customer,
    usageSequence: account.usageSequence,
    lastUsageMs: account.lastUsageMs,
    ledgerSequence: account.aggregate.sequence,
    at,
    readings: readingsAt(account, at),
  };
};

const readingsAt = (account: Account, at: number): ReadonlyMap<string, BalanceReading> => {
  const readings = new Map<string, BalanceReading>();
  for (const entitlement of account.customer.entitlements) {
    if (at < entitlement.measureUsageFrom) continue;
    readings.set(entitlement.id, account.usageOf(entitlement).balanceAt(entitlement, at).readAt(at));
  }
  return readings;
};
