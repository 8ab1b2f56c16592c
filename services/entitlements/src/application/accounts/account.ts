import { DAY_MS, type InstantMs } from '@drawdown/calendar';
import type { Aggregate, RecordedMessage } from '@drawdown/eventlog';
import type { Quantity } from '@drawdown/quantity';
import type { Booking, Customer, CustomerCommand, CustomerEvent, LedgerEntitlement } from '../../domain/index.js';
import type { GrantImage } from './account-store.js';
import { ChangedGrants } from './changed-grants.js';
import { EntitlementUsage } from './entitlement-usage.js';
import { dayOf, UsageDay, type UsageDayKey } from './usage-day.js';

/** The customer's key within its namespace; both as users wrote them. */
export interface CustomerKey {
  readonly namespace: string;
  readonly customer: string;
}

/** What one event adds to one meter. */
export interface UsageEntry {
  readonly meterKey: string;
  readonly group: string;
  readonly booking: Booking;
  /** Negative where an event was cancelled. */
  readonly amount: Quantity;
}

export type CustomerAggregate = Aggregate<Customer, CustomerCommand, CustomerEvent>;

/** Makes the aggregate of an account, which wants to hear of every message that comes into its state. */
export type OpenAggregate = (onFolded: (message: RecordedMessage<CustomerEvent>) => void) => CustomerAggregate;

/**
 * One customer in the memory of the partition's owner: the ledger, and the usage that its entitlements count. Its answers are f(usage up to
 * u, ledger up to e), whatever order the two were read in (design §4.6).
 */
export class Account {
  readonly aggregate: CustomerAggregate;
  readonly #changedGrants = new ChangedGrants();
  readonly #days = new Map<string, UsageDay>();
  readonly #usage = new Map<string, EntitlementUsage>();
  /** Most events are of the day of the one before. */
  #latestDay: UsageDay | undefined;
  #daysFrom = Number.POSITIVE_INFINITY;
  #usageSequence: number;
  #lastUsageMs: InstantMs;

  constructor(
    readonly key: CustomerKey,
    openAggregate: OpenAggregate,
    usage: { readonly sequence: number; readonly lastMs: InstantMs },
  ) {
    this.aggregate = openAggregate(message => this.#changedGrants.note(message));
    this.#usageSequence = usage.sequence;
    this.#lastUsageMs = usage.lastMs;
  }

  get customer(): Customer {
    return this.aggregate.state;
  }

  /** The grants that messages in the state have changed and that are not stored yet. */
  get changedGrants(): readonly GrantImage[] {
    return this.#changedGrants.imagesIn(this.key, this.customer);
  }

  /** Forgets those of the images that nothing has changed since. */
  grantsStored(images: readonly GrantImage[]): void {
    this.#changedGrants.forget(images);
  }

  /** Last message of the usage stream that names this customer; 0: none. */
  get usageSequence(): number {
    return this.#usageSequence;
  }

  /** Server time of that message. */
  get lastUsageMs(): InstantMs {
    return this.#lastUsageMs;
  }

  /** First day of usage that must be in memory before this customer's balances can be answered. */
  get daysNeededFrom(): number {
    const starts = this.customer.entitlements.map(({ measureUsageFrom }) => Math.floor(measureUsageFrom / DAY_MS));
    return Math.min(Number.POSITIVE_INFINITY, ...starts);
  }

  get isComplete(): boolean {
    return this.daysNeededFrom >= this.#daysFrom;
  }

  /** The day in which an entry is kept, if it is in memory. */
  dayOf(entry: UsageEntry): UsageDay | undefined {
    if (this.#latestDay?.keeps(entry) === true) return this.#latestDay;
    this.#latestDay = this.#days.get(usageDayId(this.dayKey(entry)));
    return this.#latestDay;
  }

  /** Takes stored days into memory; a day that is there already is newer. */
  adoptDays(days: readonly UsageDay[], from?: number): void {
    for (const day of days) {
      const id = usageDayId(day.key);
      if (!this.#days.has(id)) this.#days.set(id, day);
    }
    if (from !== undefined && from < this.#daysFrom) {
      this.#daysFrom = from;
      this.#usage.clear();
    }
  }

  /** The key of the day in which an entry is kept. */
  dayKey({ meterKey, group, booking }: UsageEntry): UsageDayKey {
    return { ...this.key, meterKey, group, day: dayOf(booking) };
  }

  /** Notes that a message named this customer, whether it counted or not. */
  touch(sequence: number, timeMs: InstantMs): void {
    if (sequence <= this.#usageSequence) return;
    this.#usageSequence = sequence;
    this.#lastUsageMs = timeMs;
  }

  /**
   * Counts an entry in the day that the caller made sure is in memory.
   * @returns the day, or `undefined` where it holds this message already
   */
  record(entry: UsageEntry, sequence: number): UsageDay | undefined {
    const day = this.dayOf(entry) ?? this.#openDay(entry);
    if (day.holds(sequence)) return undefined;
    day.add(entry.booking, entry.amount, sequence);
    for (const entitlement of this.customer.entitlements) this.#usage.get(entitlement.id)?.add(entitlement, entry);
    return day;
  }

  #openDay(entry: UsageEntry): UsageDay {
    const day = new UsageDay(this.dayKey(entry));
    this.#days.set(usageDayId(day.key), day);
    return day;
  }

  forgetMeter(meterKey: string): void {
    this.#latestDay = undefined;
    for (const [id, day] of this.#days) if (day.key.meterKey === meterKey) this.#days.delete(id);
    this.#usage.clear();
  }

  /** An entitlement's usage and the balance that follows; the days it needs must be in memory. */
  usageOf(entitlement: LedgerEntitlement): EntitlementUsage {
    const known = this.#usage.get(entitlement.id);
    if (known !== undefined) return known;
    const usage = new EntitlementUsage();
    for (const day of this.#days.values()) {
      const { meterKey, group } = day.key;
      for (const { booking, amount } of day.entries()) usage.add(entitlement, { meterKey, group, booking, amount });
    }
    this.#usage.set(entitlement.id, usage);
    return usage;
  }
}

/** One text per day of usage; unambiguous whatever the keys hold. */
export const usageDayId = ({ namespace, customer, meterKey, group, day }: UsageDayKey): string =>
  JSON.stringify([namespace, customer, meterKey, group, day]);
