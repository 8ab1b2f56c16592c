import type { Seconds } from '../amount/instant.js';
import { minusEach, NOTHING, plusEach, type Amounts, type Dimension } from '../amount/per-dimension.js';
import { NumberMap } from '../collection/number-map.js';
import { emptyAtOf, exhaustsAtOf, settle } from './account.js';
import { copyOf, type Draft } from './draft.js';
import type {
  CapacityCredited,
  DecommissionRequested,
  PoolEvent,
  PoolOpened,
  RatesRebased,
  WorkloadActivated,
  WorkloadHeld,
  WorkloadReleased,
} from './events.js';
import type { Pool } from './state.js';

/** A pool that nobody has opened. */
export const NO_POOL = undefined;

/**
 * What the pool is after an event; the same events always give the same pool, bit for bit (capacity §4). The pool passed stays as it is.
 * @throws TypeError when the first event is not that of opening: the log is damaged.
 */
export const evolvePool = (pool: Pool | undefined, event: PoolEvent): Pool => {
  if (event.type === 'pool-opened') return opened(event);
  if (pool === undefined) throw new TypeError(`a pool begins with pool-opened, not with ${event.type}`);
  const next = copyOf(pool);
  change(next, event);
  next.lastAt = Math.max(pool.lastAt, event.at);
  return next;
};

const change = (next: Draft, event: Exclude<PoolEvent, PoolOpened>): void => {
  switch (event.type) {
    case 'capacity-credited':
      return credit(next, event);
    case 'workload-held':
      return hold(next, event);
    case 'hold-released':
      return dropHold(next, event.workloadId);
    case 'workload-activated':
      return activate(next, event);
    case 'workload-released':
      return release(next, event);
    case 'rates-rebased':
      return rebase(next, event);
    case 'dimension-exhausted':
      return mark(next, [...next.exhausted, event.dimension]);
    case 'dimension-replenished':
      return mark(
        next,
        next.exhausted.filter(dimension => dimension !== event.dimension),
      );
    case 'decommission-requested':
      return requestDecommission(next, event);
    case 'decommission-cancelled':
      return dropDecommissions(next, event.workloadIds);
    case 'workloads-reclaimed':
      return reclaim(next, event.workloadIds);
  }
};

const opened = ({ poolId, namespace, owner, sponsor, nodeIds, at }: PoolOpened): Pool =>
  copyOf({
    id: poolId,
    namespace,
    owner,
    sponsor,
    nodeIds: sortedUnion([], nodeIds),
    balance: NOTHING,
    rates: NOTHING,
    asOf: at,
    emptyAt: undefined,
    exhaustsAt: undefined,
    unfunded: NOTHING,
    credited: NOTHING,
    members: NumberMap.empty(),
    holds: NumberMap.empty(),
    heldRates: NOTHING,
    decommissions: NumberMap.empty(),
    exhausted: [],
    credits: NumberMap.empty(),
    lastAt: at,
  });

const sortedUnion = (present: readonly string[], added: readonly string[]): readonly string[] =>
  added.length === 0 ? present : [...new Set([...present, ...added])].sort();

/** Drains the pool up to an instant; from then on it has more and drains at other rates. */
const settleWith = (next: Draft, at: Seconds, added: Amounts, rates: Amounts): void => {
  const { balance, unfunded, asOf } = settle(next, at);
  next.balance = added === NOTHING ? balance : plusEach(balance, added);
  next.rates = rates;
  next.unfunded = unfunded;
  next.asOf = asOf;
  next.emptyAt = emptyAtOf(next.balance, rates, asOf);
  next.exhaustsAt = exhaustsAtOf(next);
};

const mark = (next: Draft, exhausted: readonly Dimension[]): void => {
  next.exhausted = exhausted;
  next.exhaustsAt = exhaustsAtOf(next);
};

const credit = (next: Draft, { source, amounts, nodesAdded, at }: CapacityCredited): void => {
  settleWith(next, at, amounts, next.rates);
  next.nodeIds = sortedUnion(next.nodeIds, nodesAdded);
  next.credited = plusEach(next.credited, amounts);
  if ('reservationId' in source) next.credits = next.credits.with(source.reservationId, { at, amounts });
};

const hold = (next: Draft, { workloadId, rates, formulaVersion, until }: WorkloadHeld): void => {
  next.holds = next.holds.with(workloadId, { rates, formulaVersion, until });
  next.heldRates = plusEach(next.heldRates, rates);
};

const dropHold = (next: Draft, workloadId: number): void => {
  const held = next.holds.size === 0 ? undefined : next.holds.get(workloadId);
  if (held === undefined) return;
  next.holds = next.holds.without(workloadId);
  next.heldRates = minusEach(next.heldRates, held.rates);
};

const activate = (next: Draft, { workloadId, rates, formulaVersion, nodeId, at }: WorkloadActivated): void => {
  dropHold(next, workloadId);
  settleWith(next, at, NOTHING, plusEach(next.rates, rates));
  next.members = next.members.with(workloadId, { rates, formulaVersion, nodeId, since: at, isReclaimed: false });
};

const release = (next: Draft, { workloadId, rates, at }: WorkloadReleased): void => {
  settleWith(next, at, NOTHING, minusEach(next.rates, rates));
  next.members = next.members.without(workloadId);
  dropDecommissions(next, [workloadId]);
};

const rebase = (next: Draft, { members, formulaVersion, at }: RatesRebased): void => {
  let { rates } = next;
  for (const { workloadId, before, after } of members) {
    const member = next.members.get(workloadId);
    if (member === undefined) continue;
    rates = plusEach(minusEach(rates, before), after);
    next.members = next.members.with(workloadId, { ...member, rates: after, formulaVersion });
  }
  settleWith(next, at, NOTHING, rates);
};

const requestDecommission = (next: Draft, { workloadIds, dimension, graceUntil }: DecommissionRequested): void => {
  for (const workloadId of workloadIds) next.decommissions = next.decommissions.with(workloadId, { dimension, graceUntil });
};

const dropDecommissions = (next: Draft, workloadIds: readonly number[]): void => {
  if (next.decommissions.size === 0) return;
  for (const workloadId of workloadIds) next.decommissions = next.decommissions.without(workloadId);
};

const reclaim = (next: Draft, workloadIds: readonly number[]): void => {
  for (const workloadId of workloadIds) {
    const member = next.members.get(workloadId);
    if (member !== undefined) next.members = next.members.with(workloadId, { ...member, isReclaimed: true });
  }
  dropDecommissions(next, workloadIds);
};
