import type { InstantMs } from '@drawdown/calendar';
import type { BalanceReading, Customer, LedgerGrant } from '../../domain/index.js';
import type { EventIds } from '../usage/event-ids.js';
import type { CustomerKey } from './account.js';
import type { UsageDay, UsageDayKey } from './usage-day.js';

/** What the documents say of a customer: everything up to the two sequences. */
export interface StoredAccount {
  readonly key: CustomerKey;
  readonly customer: Customer;
  readonly usageSequence: number;
  readonly lastUsageMs: InstantMs;
  readonly ledgerSequence: number;
}

/** An account as it is written: the stored state, and its balances at the server time of the latest message in it (design §4.6). */
export interface AccountImage extends StoredAccount {
  /** By entitlement id; none for one whose measurement has not started by then. */
  readonly readings: ReadonlyMap<string, BalanceReading>;
}

/** A grant for lists and searches, with the ledger message that changed it last. */
export interface GrantImage {
  readonly key: CustomerKey;
  readonly entitlementId: string;
  readonly featureKey: string;
  readonly grant: LedgerGrant;
  readonly updatedAt: InstantMs;
  readonly ledgerSequence: number;
}

/** What a flush stores, together with the ids noted since the last one. */
export interface Changes {
  readonly grants: readonly GrantImage[];
  readonly days: readonly UsageDay[];
  readonly accounts: readonly AccountImage[];
}

/** Last sequences of which every effect is stored. */
export interface OwnerWatermark {
  readonly usage: number;
  readonly entitlements: number;
  /** Whether the documents once had all that the streams held: before, what is missing in them says nothing. */
  readonly isFolded: boolean;
}

/** The documents as a reader needs them. */
export interface AccountStore {
  /** Those of the customers that have a document. At most `ACCOUNTS_PER_LOAD_MAX` keys. @throws Fault `PROJECTION_UNAVAILABLE` */
  loadAccounts(keys: readonly CustomerKey[]): Promise<readonly StoredAccount[]>;
  /** Those of the days that have a document. @throws Fault `PROJECTION_UNAVAILABLE` */
  loadDays(keys: readonly UsageDayKey[]): Promise<readonly UsageDay[]>;
  /** All days of a customer from this one on. @throws Fault `PROJECTION_UNAVAILABLE` */
  loadDaysFrom(key: CustomerKey, day: number): Promise<readonly UsageDay[]>;
}

/** The documents of one partition in one generation of the read model; the MongoDB adapter implements it. */
export interface PartitionStore extends AccountStore {
  /** Where the stored effects end; zeros: nothing is stored. */
  readonly watermark: OwnerWatermark;
  /** The index of usage events and command ids (design §4.7). */
  readonly ids: EventIds;
  /** Ids of the meters whose usage is counted in the days from the beginning on. */
  readonly readyMeters: ReadonlySet<string>;
  /** Stores in the order that makes an interruption harmless: grants, days and ids before accounts. @throws Fault */
  flush(changes: Changes): Promise<void>;
  /** Only after everything up to it is stored. @throws Fault */
  writeWatermark(watermark: OwnerWatermark): Promise<void>;
  /** Forgets the days of a meter, before they are counted from the beginning. */
  dropDays(namespace: string, meterKey: string): Promise<void>;
  /** From now on the days of the meter are complete. */
  markReady(meterId: string): Promise<void>;
}

/** Keys asked of the store at once. */
export const ACCOUNTS_PER_LOAD_MAX = 500;
