import { contentHash, type Hash128 } from '@drawdown/cloudevents';
import type { InstantMs } from '@drawdown/calendar';
import type { StoredMessage } from '@drawdown/eventlog';
import { ZERO, type Quantity } from '@drawdown/quantity';
import { isLate, isPrompt, measure, type LedgerEntitlement } from '../../domain/index.js';
import type { Account, UsageEntry } from '../accounts/account.js';
import type { Accounts } from '../accounts/accounts.js';
import type { UsageDay } from '../accounts/usage-day.js';
import { meterId, type Catalog } from '../catalog/catalog.js';
import { ID_WINDOW_MS, tombstoneOf, type EventIds, type Position } from './event-ids.js';
import type { UsageEvent, UsageMessage } from './usage-message.js';
import type { UsageObserver } from './usage-observer.js';

/** A balance that late usage has changed, to be announced before anything of it is stored (design §4.11). */
export interface Correction {
  readonly account: Account;
  readonly entitlementId: string;
  readonly from: InstantMs;
  readonly before: Quantity;
  readonly after: Quantity;
  readonly usageSequence: number;
}

/** What applying messages has changed in memory and is not stored yet. */
export interface UsageChanges {
  readonly accounts: Set<Account>;
  readonly days: Set<UsageDay>;
  readonly corrections: Correction[];
}

/** Reads an event again where it lies; `undefined` when its message has expired. */
export type FindEvent = (position: Position) => Promise<UsageEvent | undefined>;

export interface UsageFoldPorts {
  readonly accounts: Accounts;
  readonly catalog: Pick<Catalog, 'metersFor'>;
  readonly ids: EventIds;
  readonly findEvent: FindEvent;
  readonly observer: UsageObserver;
  /** Whether a meter is counted already; usage of one that is not will be, from the beginning, when it is taken up. */
  readonly isReady: (meterId: string) => boolean;
}

/** At hand, unless the index of ids has to be read. */
type Added = readonly UsageEntry[] | Promise<readonly UsageEntry[]>;
type Found = Exclude<ReturnType<EventIds['lookup']>, undefined>;

interface Entry {
  readonly account: Account;
  readonly entry: UsageEntry;
}

/** The fold of one partition's usage into its accounts: recognise, measure and record in one step (design §3.7, §4.7). */
export class UsageFold {
  readonly #accounts: Accounts;
  readonly #ids: EventIds;
  readonly #observer: UsageObserver;

  constructor(private readonly ports: UsageFoldPorts) {
    this.#accounts = ports.accounts;
    this.#ids = ports.ids;
    this.#observer = ports.observer;
  }

  /**
   * Applies one message whole. Everything that may fail comes before the first change of an account, so that a message applied again after a
   * fault counts once.
   */
  async apply(message: StoredMessage, usage: UsageMessage, changes: UsageChanges): Promise<void> {
    const accounts = await this.#accountsOf(usage);
    const entries: Entry[] = [];
    for (const event of usage.events) {
      const account = accounts.get(event.customer);
      if (account === undefined) throw new Error('the account of an event was not loaded');
      const added = this.#entriesOf(message, usage.namespace, event);
      // A promise for every event would cost as much as the event.
      for (const entry of added instanceof Promise ? await added : added) entries.push({ account, entry });
    }
    await this.#accounts.requireDays(entries);
    for (const account of accounts.values()) {
      account.touch(message.sequence, message.timeMs);
      changes.accounts.add(account);
    }
    this.#record(message, entries, changes);
  }

  async #accountsOf({ namespace, events }: UsageMessage): Promise<ReadonlyMap<string, Account>> {
    const customers = [...new Set(events.map(({ customer }) => customer))];
    const accounts = await this.#accounts.requireAll(customers.map(customer => ({ namespace, customer })));
    for (const account of accounts) this.#accounts.pin(account);
    return new Map(accounts.map(account => [account.key.customer, account]));
  }

  /** What an event adds: nothing for one that is known already, was cancelled before it came, or is of no use to any meter. */
  #entriesOf(message: StoredMessage, namespace: string, event: UsageEvent): Added {
    const position: Position = { sequence: message.sequence, index: event.index };
    const known = this.#ids.lookup(event.hash, position);
    if (known === undefined) return this.#firstTime(message, namespace, event, position);
    return this.#unlessRepeated(message, namespace, event, position, known);
  }

  async #unlessRepeated(
    message: StoredMessage,
    namespace: string,
    event: UsageEvent,
    position: Position,
    known: Found,
  ): Promise<readonly UsageEntry[]> {
    const first = await known;
    const repeat = first === undefined ? undefined : await this.repeatOf(event, first);
    if (repeat === undefined) return this.#firstTime(message, namespace, event, position);
    this.#observer.onEffect(repeat, namespace);
    return NOTHING;
  }

  #firstTime(message: StoredMessage, namespace: string, event: UsageEvent, position: Position): Added {
    this.#ids.add(event.hash, position, message.timeMs);
    if (event.cancels !== undefined) return this.#cancellation(message, namespace, event.cancels, position);
    const tombstone = this.#ids.lookup(tombstoneOf(event.hash), position);
    return tombstone === undefined ? this.#counted(namespace, event) : this.#unlessBuried(namespace, event, tombstone);
  }

  async #unlessBuried(namespace: string, event: UsageEvent, tombstone: Found): Promise<readonly UsageEntry[]> {
    if ((await tombstone) === undefined) return this.#counted(namespace, event);
    this.#observer.onEffect('CANCELLED', namespace);
    return NOTHING;
  }

  #counted(namespace: string, event: UsageEvent): readonly UsageEntry[] {
    const entries = this.measured(namespace, event);
    this.#observer.onEffect(entries.length === 0 ? 'UNMATCHED' : 'COUNTED', namespace);
    return this.#ready(namespace, entries);
  }

  /**
   * What a known id makes of an event: the same one again, or another one under its id (design §4.7: type, subject, given time, data).
   * `undefined`: the known one lies further back than ids are remembered.
   */
  async repeatOf(event: UsageEvent, known: Position): Promise<'DUPLICATE' | 'MISMATCH' | undefined> {
    const first = await this.ports.findEvent(known);
    if (first === undefined || event.booking.arrivedAt - first.booking.arrivedAt > ID_WINDOW_MS) return undefined;
    return contentHash(first.event) === contentHash(event.event) ? 'DUPLICATE' : 'MISMATCH';
  }

  async #cancellation(message: StoredMessage, namespace: string, cancels: Hash128, position: Position): Promise<readonly UsageEntry[]> {
    if ((await this.#ids.lookup(tombstoneOf(cancels), position)) !== undefined) return NOTHING;
    this.#ids.add(tombstoneOf(cancels), position, message.timeMs);
    const known = await this.#ids.lookup(cancels, position);
    const cancelled = known === undefined ? undefined : await this.ports.findEvent(known);
    if (cancelled === undefined) return NOTHING;
    return this.#ready(namespace, this.measured(namespace, cancelled)).map(entry => ({ ...entry, amount: -entry.amount }));
  }

  #ready(namespace: string, entries: readonly UsageEntry[]): readonly UsageEntry[] {
    return entries.filter(({ meterKey }) => this.ports.isReady(meterId(namespace, meterKey)));
  }

  /** What an event is worth to the meters of the catalogue; empty: no meter can use it. */
  measured(namespace: string, { event, booking }: UsageEvent): readonly UsageEntry[] {
    const entries: UsageEntry[] = [];
    for (const meter of this.ports.catalog.metersFor(namespace, event.type)) {
      const measurement = measure(meter, event.data);
      if (measurement !== undefined) entries.push({ meterKey: meter.meter.key, ...measurement, booking });
    }
    return entries;
  }

  #record(message: StoredMessage, entries: readonly Entry[], changes: UsageChanges): void {
    const late: Entry[] = [];
    for (const { account, entry } of entries) {
      if (lateFor(account, entry).length > 0) late.push({ account, entry });
      else keep(changes.days, account.record(entry, message.sequence));
    }
    if (late.length > 0) this.#recordLate(message, late, changes);
  }

  /** One correction per message and entitlement: the balances at the message's server time, without and with its late events (§19.5). */
  #recordLate(message: StoredMessage, late: readonly Entry[], changes: UsageChanges): void {
    const at = message.timeMs;
    const affected = new Map<LedgerEntitlement, { account: Account; from: InstantMs; before: Quantity }>();
    for (const { account, entry } of late) {
      for (const entitlement of lateFor(account, entry)) {
        const known = affected.get(entitlement);
        const before = known?.before ?? balanceAt(account, entitlement, at);
        affected.set(entitlement, { account, before, from: Math.min(known?.from ?? entry.booking.at, entry.booking.at) });
      }
    }
    for (const { account, entry } of late) keep(changes.days, account.record(entry, message.sequence));
    for (const [entitlement, { account, from, before }] of affected) {
      const after = balanceAt(account, entitlement, at);
      if (after === before) continue;
      changes.corrections.push({ account, entitlementId: entitlement.id, from, before, after, usageSequence: message.sequence });
    }
  }
}

const NOTHING: readonly UsageEntry[] = [];
const NOBODY: readonly LedgerEntitlement[] = [];

const keep = (days: Set<UsageDay>, day: UsageDay | undefined): void => {
  if (day !== undefined) days.add(day);
};

const balanceAt = (account: Account, entitlement: LedgerEntitlement, at: InstantMs): Quantity =>
  at < entitlement.measureUsageFrom ? ZERO : account.usageOf(entitlement).balanceAt(entitlement, at).readAt(at).balance;

/** The entitlements that count the entry at a time of which something else was true until now. */
const lateFor = ({ customer }: Account, { booking, meterKey }: UsageEntry): readonly LedgerEntitlement[] => {
  // Nobody may call late what is prompt, and nearly everything is.
  if (isPrompt(booking)) return NOBODY;
  return customer.entitlements.filter(
    ({ meter, lateness, measureUsageFrom }) => meter.key === meterKey && isLate(booking, lateness) && booking.at >= measureUsageFrom,
  );
};
