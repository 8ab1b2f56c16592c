import { formatInstant, parseInstant } from '@drawdown/calendar';
import { formatQuantity, parseQuantity } from '@drawdown/quantity';
import type { Snapshot } from '../engine/snapshot.js';

/** A snapshot as it is kept in a document: decimal strings and RFC 3339 instants. */
export interface StoredSnapshot {
  readonly version: typeof STORED_SNAPSHOT_VERSION;
  readonly at: string;
  /** Pairs and not an object: an id must never be taken for a path. */
  readonly balances: readonly (readonly [grantId: string, balance: string])[];
  readonly overage: string;
  readonly usageSince: string;
  readonly usage: string;
  readonly totalGrantUsage: string;
}

/** One of another version is ignored, at the cost of a longer run. */
export const STORED_SNAPSHOT_VERSION = 1;

export const toStoredSnapshot = (snapshot: Snapshot): StoredSnapshot => ({
  version: STORED_SNAPSHOT_VERSION,
  at: formatInstant(snapshot.at),
  balances: [...snapshot.balances].map(([id, balance]) => [id, formatQuantity(balance)] as const),
  overage: formatQuantity(snapshot.overage),
  usageSince: formatInstant(snapshot.usageSince),
  usage: formatQuantity(snapshot.usage),
  totalGrantUsage: formatQuantity(snapshot.totalGrantUsage),
});

/** The snapshot, or nothing when it was stored by another version. */
export const fromStoredSnapshot = (stored: Omit<StoredSnapshot, 'version'> & { readonly version: number }): Snapshot | undefined => {
  if (stored.version !== STORED_SNAPSHOT_VERSION) return undefined;
  return {
    at: parseInstant(stored.at),
    balances: new Map(stored.balances.map(([id, balance]) => [id, parseQuantity(balance)])),
    overage: parseQuantity(stored.overage),
    usageSince: parseInstant(stored.usageSince),
    usage: parseQuantity(stored.usage),
    totalGrantUsage: parseQuantity(stored.totalGrantUsage),
  };
};
