import type { InstantMs } from '@drawdown/calendar';
import { ZERO, type Quantity } from '@drawdown/quantity';
import { isActiveAt } from '../grants/active.js';
import type { Grant } from '../grants/grant.js';

export type GrantBalances = ReadonlyMap<string, Quantity>;

/**
 * State at an instant: after everything that happens at it, before usage from it on (entitlements §3.4, §18).
 * A run that goes on from here applies what happens in `(at, until]`.
 */
export interface Snapshot {
  readonly at: InstantMs;
  /** By grant id; may hold grants that are not active, at 0. */
  readonly balances: GrantBalances;
  /** Usage that no grant could pay, carried on; ≥ 0. */
  readonly overage: Quantity;
  /** Start of the usage period that holds `at`. */
  readonly usageSince: InstantMs;
  /** Usage measured from `usageSince` to `at`. */
  readonly usage: Quantity;
  /** Paid by grants since `usageSince`, overage kept at the reset included. */
  readonly totalGrantUsage: Quantity;
}

/** Sum of all balances. */
export const totalBalance = (balances: GrantBalances): Quantity => {
  let total = ZERO;
  for (const balance of balances.values()) total += balance;
  return total;
};

/** What "100 %" means to a customer in this period: paid so far plus what is left (entitlements §3.4). */
export const availableTotal = (snapshot: Snapshot): Quantity => snapshot.totalGrantUsage + totalBalance(snapshot.balances);

/** The state where nothing has happened yet: every grant holds its amount if it is active, else 0 (entitlements §6.2, §9.2). */
export const initialSnapshot = (grants: readonly Grant[], at: InstantMs): Snapshot => ({
  at,
  balances: new Map(grants.map(grant => [grant.id, isActiveAt(grant, at) ? grant.amount : ZERO])),
  overage: ZERO,
  usageSince: at,
  usage: ZERO,
  totalGrantUsage: ZERO,
});

/** Adds the grants a snapshot does not know yet, as if it had been taken with them, and drops those that are not asked for (§9.2.3). */
export const withGrants = (snapshot: Snapshot, grants: readonly Grant[]): Snapshot => ({
  ...snapshot,
  balances: new Map(
    grants.map(grant => [grant.id, snapshot.balances.get(grant.id) ?? (isActiveAt(grant, snapshot.at) ? grant.amount : ZERO)]),
  ),
});

/** Keeps only grants that are active at the snapshot's instant (entitlements §9.2.5). */
export const withoutInactiveGrants = (snapshot: Snapshot, grants: readonly Grant[]): Snapshot => ({
  ...snapshot,
  balances: new Map(
    grants.filter(grant => isActiveAt(grant, snapshot.at)).map(grant => [grant.id, snapshot.balances.get(grant.id) ?? ZERO]),
  ),
});
