import type { InstantMs } from '@drawdown/calendar';
import { ZERO, type Quantity } from '@drawdown/quantity';
import { isIndexActiveAt, type BurnOrder } from './burn-order.js';
import { IndexSet } from './index-set.js';
import type { Snapshot } from './snapshot.js';

/**
 * The engine's state, changed in place: balances by burn order, and what the open segment has paid so far. The payments make a segment's
 * start reconstructible without copying balances: they become its `grantUsages`, and undo it when an event is taken back.
 */
export interface BurnState {
  readonly order: BurnOrder;
  /** By index; 0 for grants that are not active. */
  readonly balances: Quantity[];
  readonly active: IndexSet;
  /** Active grants with something left. Never wider than `active`. */
  readonly payable: IndexSet;
  /** Grants whose balance changed since the last reset. Rollover is idempotent, so the others need not be looked at again. */
  readonly changed: IndexSet;
  /** Greater than 0 only while `payable` is empty. */
  overage: Quantity;
  usageSince: InstantMs;
  usage: Quantity;
  totalGrantUsage: Quantity;
  /** Sum of `balances`. */
  total: Quantity;
  segment: OpenSegment;
}

/** The segment that is being counted. */
interface OpenSegment {
  from: InstantMs;
  overageAtStart: Quantity;
  usage: Quantity;
  /** Who paid, in burn order, each once; `payments` has the amounts. */
  readonly payers: number[];
  readonly payments: Quantity[];
}

const openSegment = (from: InstantMs, overageAtStart: Quantity): OpenSegment => ({
  from,
  overageAtStart,
  usage: ZERO,
  payers: [],
  payments: [],
});

export const setBalance = (state: BurnState, index: number, balance: Quantity): void => {
  state.total += balance - state.balances[index]!;
  state.balances[index] = balance;
  state.changed.add(index);
  if (balance === ZERO) state.payable.remove(index);
  else state.payable.add(index);
};

/** The state a snapshot describes; grants that are not active at it hold nothing. */
export const stateFrom = (order: BurnOrder, start: Snapshot): BurnState => {
  const size = order.grants.length;
  const state: BurnState = {
    order,
    balances: new Array<Quantity>(size).fill(ZERO),
    active: new IndexSet(size),
    payable: new IndexSet(size),
    changed: new IndexSet(size),
    overage: start.overage,
    usageSince: start.usageSince,
    usage: start.usage,
    totalGrantUsage: start.totalGrantUsage,
    total: ZERO,
    segment: openSegment(start.at, start.overage),
  };
  for (const [index, grant] of order.grants.entries()) {
    if (!isIndexActiveAt(order, index, start.at)) continue;
    state.active.add(index);
    setBalance(state, index, start.balances.get(grant.id) ?? ZERO);
  }
  return state;
};

/** Starts a segment; `pay` must follow, since carried overage is paid by whatever has arrived. */
export const beginSegment = (state: BurnState, from: InstantMs): void => {
  const { segment } = state;
  segment.from = from;
  segment.overageAtStart = state.overage;
  segment.usage = ZERO;
  segment.payers.length = 0;
  segment.payments.length = 0;
};

/** Balances by grant id, with the open segment's payments given back when its start is asked for. */
export const balancesById = (state: BurnState, when: 'now' | 'atSegmentStart'): Map<string, Quantity> => {
  const balances = new Map<string, Quantity>();
  for (const [index, grant] of state.order.grants.entries()) balances.set(grant.id, state.balances[index]!);
  if (when === 'now') return balances;
  const { payers, payments } = state.segment;
  for (const [position, index] of payers.entries()) {
    balances.set(state.order.grants[index]!.id, state.balances[index]! + payments[position]!);
  }
  return balances;
};

/** The state as a value. */
export const snapshotOf = (state: BurnState, at: InstantMs): Snapshot => ({
  at,
  balances: balancesById(state, 'now'),
  overage: state.overage,
  usageSince: state.usageSince,
  usage: state.usage,
  totalGrantUsage: state.totalGrantUsage,
});

/** The state as it was when the open segment began, its payments given back. */
export const segmentStartOf = (state: BurnState): Snapshot => {
  const { segment } = state;
  let paid = ZERO;
  for (const payment of segment.payments) paid += payment;
  return {
    at: segment.from,
    balances: balancesById(state, 'atSegmentStart'),
    overage: segment.overageAtStart,
    usageSince: state.usageSince,
    usage: state.usage - segment.usage,
    totalGrantUsage: state.totalGrantUsage - paid,
  };
};
