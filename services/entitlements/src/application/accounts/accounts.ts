import { Account, usageDayId, type CustomerKey, type OpenAggregate, type UsageEntry } from './account.js';
import { ACCOUNTS_PER_LOAD_MAX, type AccountStore, type StoredAccount } from './account-store.js';
import { UsageDay, type UsageDayKey } from './usage-day.js';

/** Accounts kept warm in one partition; the least recently used are let go first, never one that has not been stored. */
const WARM_ACCOUNTS_MAX = 20_000;

/** How the aggregate of a customer begins, given what is stored of it. */
export type AggregateFrom = (key: CustomerKey, stored: StoredAccount | undefined) => OpenAggregate;

/** The customers of one partition: those in memory, and the others when they are needed. */
export class Accounts {
  /** In the order of use, the least recent first. */
  readonly #warm = new Map<string, Account>();
  readonly #loading = new Map<string, Promise<Account>>();
  readonly #pinned = new Set<string>();

  constructor(
    private readonly store: AccountStore,
    private readonly aggregateFrom: AggregateFrom,
  ) {}

  /** The account if it is in memory with all the usage that its balances need. */
  warm(key: CustomerKey): Account | undefined {
    const account = this.#warm.get(customerId(key));
    return account?.isComplete === true ? account : undefined;
  }

  /** The account with all the usage that its balances need. */
  async require(key: CustomerKey): Promise<Account> {
    const [account] = await this.requireAll([key]);
    if (account === undefined) throw new Error('a required account was not loaded');
    return account;
  }

  /** Several at once, in the order of the keys: one question to the store for all that are not in memory. */
  async requireAll(keys: readonly CustomerKey[]): Promise<readonly Account[]> {
    const missing = keys.filter(key => !this.#warm.has(customerId(key)) && !this.#loading.has(customerId(key)));
    for (let start = 0; start < missing.length; start += ACCOUNTS_PER_LOAD_MAX) {
      this.#load(missing.slice(start, start + ACCOUNTS_PER_LOAD_MAX));
    }
    const accounts: Account[] = [];
    for (const key of keys) accounts.push(await this.#complete(key));
    return accounts;
  }

  /** Makes sure that the days in which the entries are kept are in memory, as stored or empty. */
  async requireDays(entries: readonly { readonly account: Account; readonly entry: UsageEntry }[]): Promise<void> {
    const missing = new Map<string, { account: Account; key: UsageDayKey }>();
    for (const { account, entry } of entries) {
      if (account.dayOf(entry) !== undefined) continue;
      const key = account.dayKey(entry);
      missing.set(usageDayId(key), { account, key });
    }
    if (missing.size === 0) return;
    const found = await this.store.loadDays([...missing.values()].map(({ key }) => key));
    const byId = new Map(found.map(day => [usageDayId(day.key), day]));
    for (const [id, { account, key }] of missing) account.adoptDays([byId.get(id) ?? new UsageDay(key)]);
  }

  /** Keeps accounts in memory until `unpin`: what they hold is not stored yet. */
  pin(account: Account): void {
    this.#pinned.add(customerId(account.key));
  }

  unpin(accounts: Iterable<Account>): void {
    for (const account of accounts) this.#pinned.delete(customerId(account.key));
    this.#letGo();
  }

  /** Forgets what is in memory of a meter; the days are taken from the store again. */
  forgetMeter(namespace: string, meterKey: string): void {
    for (const account of this.#warm.values()) if (account.key.namespace === namespace) account.forgetMeter(meterKey);
  }

  #load(keys: readonly CustomerKey[]): void {
    const stored = this.store.loadAccounts(keys).then(found => new Map(found.map(account => [customerId(account.key), account])));
    for (const key of keys) {
      const id = customerId(key);
      const loading = stored.then(found => this.#adopt(key, found.get(id))).finally(() => this.#loading.delete(id));
      // Whoever awaits it hears of the failure; without anybody left it must not end the process.
      loading.catch(() => undefined);
      this.#loading.set(id, loading);
    }
  }

  #adopt(key: CustomerKey, stored: StoredAccount | undefined): Account {
    const account = new Account(key, this.aggregateFrom(key, stored), {
      sequence: stored?.usageSequence ?? 0,
      lastMs: stored?.lastUsageMs ?? 0,
    });
    this.#warm.set(customerId(key), account);
    this.#letGo();
    return account;
  }

  async #complete(key: CustomerKey): Promise<Account> {
    const id = customerId(key);
    const account = this.#warm.get(id) ?? (await this.#loading.get(id)) ?? (await this.require(key));
    this.#warm.delete(id);
    this.#warm.set(id, account);
    if (!account.isComplete) {
      const from = account.daysNeededFrom;
      account.adoptDays(await this.store.loadDaysFrom(key, from), from);
    }
    return account;
  }

  #letGo(): void {
    let excess = this.#warm.size - WARM_ACCOUNTS_MAX;
    for (const id of this.#warm.keys()) {
      if (excess <= 0) return;
      if (this.#pinned.has(id)) continue;
      this.#warm.delete(id);
      excess -= 1;
    }
  }
}

export const customerId = ({ namespace, customer }: CustomerKey): string => JSON.stringify([namespace, customer]);
