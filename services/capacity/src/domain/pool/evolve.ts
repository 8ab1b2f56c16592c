import type { Seconds } from '../amount/instant.js';
import { minusEach, NOTHING, plusEach, type Amounts } from '../amount/per-dimension.js';
import { VersionedMap } from '../collection/versioned-map.js';
import { emptyAtOf, settle } from './account.js';
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
  switch (event.type) {
    case 'capacity-credited':
      return credited(pool, event);
    case 'workload-held':
      return held(pool, event);
    case 'hold-released':
      return { ...withoutHold(pool, event.workloadId), lastAt: lastAt(pool, event.at) };
    case 'workload-activated':
      return activated(pool, event);
    case 'workload-released':
      return released(pool, event);
    case 'rates-rebased':
      return rebased(pool, event);
    case 'dimension-exhausted':
      return { ...pool, exhausted: [...pool.exhausted, event.dimension], lastAt: lastAt(pool, event.at) };
    case 'dimension-replenished':
      return { ...pool, exhausted: pool.exhausted.filter(dimension => dimension !== event.dimension), lastAt: lastAt(pool, event.at) };
    case 'decommission-requested':
      return { ...pool, decommissions: requested(pool, event), lastAt: lastAt(pool, event.at) };
    case 'decommission-cancelled':
      return { ...pool, decommissions: withoutEach(pool.decommissions, event.workloadIds), lastAt: lastAt(pool, event.at) };
    case 'workloads-reclaimed':
      return { ...reclaimed(pool, event.workloadIds), lastAt: lastAt(pool, event.at) };
  }
};

const lastAt = (pool: Pool, at: Seconds): Seconds => Math.max(pool.lastAt, at);

const opened = ({ poolId, owner, sponsor, nodeIds, at }: PoolOpened): Pool => ({
  id: poolId,
  owner,
  sponsor,
  nodeIds: sortedUnion([], nodeIds),
  balance: NOTHING,
  rates: NOTHING,
  asOf: at,
  emptyAt: undefined,
  unfunded: NOTHING,
  credited: NOTHING,
  members: VersionedMap.from([]),
  holds: VersionedMap.from([]),
  heldRates: NOTHING,
  decommissions: VersionedMap.from([]),
  exhausted: [],
  credits: VersionedMap.from([]),
  lastAt: at,
});

const sortedUnion = (present: readonly string[], added: readonly string[]): readonly string[] =>
  added.length === 0 ? present : [...new Set([...present, ...added])].sort();

const credited = (pool: Pool, { source, amounts, nodesAdded, at }: CapacityCredited): Pool => {
  const { balance: before, unfunded, asOf } = settle(pool, at);
  const balance = plusEach(before, amounts);
  return {
    ...pool,
    nodeIds: sortedUnion(pool.nodeIds, nodesAdded),
    balance,
    unfunded,
    asOf,
    emptyAt: emptyAtOf(balance, pool.rates, asOf),
    credited: plusEach(pool.credited, amounts),
    credits: 'reservationId' in source ? pool.credits.with(source.reservationId, { at, amounts }) : pool.credits,
    lastAt: lastAt(pool, at),
  };
};

/** The pool at an instant with other rates from then on. */
const withRates = (pool: Pool, at: Seconds, rates: Amounts): Pool => {
  const { balance, unfunded, asOf } = settle(pool, at);
  return { ...pool, balance, unfunded, asOf, rates, emptyAt: emptyAtOf(balance, rates, asOf), lastAt: lastAt(pool, at) };
};

const held = (pool: Pool, { workloadId, rates, formulaVersion, until, at }: WorkloadHeld): Pool => ({
  ...pool,
  holds: pool.holds.with(workloadId, { rates, formulaVersion, until }),
  heldRates: plusEach(pool.heldRates, rates),
  lastAt: lastAt(pool, at),
});

const withoutHold = (pool: Pool, workloadId: number): Pool => {
  const hold = pool.holds.get(workloadId);
  if (hold === undefined) return pool;
  return { ...pool, holds: pool.holds.without(workloadId), heldRates: minusEach(pool.heldRates, hold.rates) };
};

const activated = (pool: Pool, { workloadId, rates, formulaVersion, nodeId, at }: WorkloadActivated): Pool => {
  const member = { rates, formulaVersion, nodeId, since: at, isReclaimed: false };
  return {
    ...withRates(withoutHold(pool, workloadId), at, plusEach(pool.rates, rates)),
    members: pool.members.with(workloadId, member),
  };
};

const released = (pool: Pool, { workloadId, rates, at }: WorkloadReleased): Pool => ({
  ...withRates(pool, at, minusEach(pool.rates, rates)),
  members: pool.members.without(workloadId),
  decommissions: pool.decommissions.without(workloadId),
});

const rebased = (pool: Pool, event: RatesRebased): Pool => {
  let { rates, members } = pool;
  for (const { workloadId, before, after } of event.members) {
    const member = members.get(workloadId);
    if (member === undefined) continue;
    rates = plusEach(minusEach(rates, before), after);
    members = members.with(workloadId, { ...member, rates: after, formulaVersion: event.formulaVersion });
  }
  return { ...withRates(pool, event.at, rates), members };
};

const requested = (pool: Pool, { workloadIds, dimension, graceUntil }: DecommissionRequested): Pool['decommissions'] => {
  let { decommissions } = pool;
  for (const workloadId of workloadIds) decommissions = decommissions.with(workloadId, { dimension, graceUntil });
  return decommissions;
};

const withoutEach = <Value extends object>(map: VersionedMap<number, Value>, ids: readonly number[]): VersionedMap<number, Value> => {
  let rest = map;
  for (const id of ids) rest = rest.without(id);
  return rest;
};

const reclaimed = (pool: Pool, workloadIds: readonly number[]): Pool => {
  let { members } = pool;
  for (const workloadId of workloadIds) {
    const member = members.get(workloadId);
    if (member !== undefined) members = members.with(workloadId, { ...member, isReclaimed: true });
  }
  return { ...pool, members, decommissions: withoutEach(pool.decommissions, workloadIds) };
};
