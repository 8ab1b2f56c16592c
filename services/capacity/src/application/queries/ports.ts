import type { Fault, Refusal } from '@drawdown/errors';
import type {
  Exact,
  Farm,
  Node,
  Party,
  PoolStatus,
  Reservation,
  ReservationStatus,
  Seconds,
  Segment,
  Stay,
  StayState,
} from '../../domain/index.js';
import type { CallLimits } from '../calls.js';
import type { PoolSummary } from '../questions/pool-summary.js';

export interface PageWanted<Place> {
  readonly limit: number;
  /** Place of the last item of the page before; absent: from the beginning. */
  readonly after: Place | undefined;
}

export interface FoundPage<Item, Place> {
  readonly items: readonly Item[];
  /** Place of the last item where there are more. */
  readonly next: Place | undefined;
}

/** Where a pool stands in the order of depletion, or of what is due. */
export interface DepletionPlace {
  /** Absent: never. */
  readonly emptyAt: Exact | undefined;
  readonly id: number;
}

/** A pool, or what is wrong with its document. */
export type PoolItem = { readonly pool: PoolSummary } | { readonly error: Refusal | Fault };

/** What the documents reflect. */
export interface Reflected {
  readonly position: string;
  readonly isStale: boolean;
  /** In milliseconds since 1970. */
  readonly asOfMs: number;
}

/** Stretches that ended after `from` and began before `to`. */
export interface TimeRange {
  readonly from: Seconds | undefined;
  readonly to: Seconds | undefined;
}

export interface ReservationFilter {
  readonly customerTid: number | undefined;
  readonly poolId: number | undefined;
  /** None: all. */
  readonly statuses: readonly ReservationStatus[];
}

/** A workload on some pool. */
export interface PlacedStay extends Stay {
  readonly poolId: number;
}

/** Place of a workload among those of a node. */
export interface StayPlace {
  readonly poolId: number;
  readonly workloadId: number;
}

/** A pool that should have been looked at by now. */
export interface OverduePool {
  readonly namespace: string;
  readonly poolId: number;
  readonly partition: number;
  readonly dueAt: Seconds;
}

/**
 * Lists, from the documents (capacity §5.2, §13.4): the one kind of question that no single owner can answer. Pools are settled to the instant
 * given, and to no earlier one than their own. What belongs to another namespace is in no list.
 * @throws Fault `PROJECTION_UNAVAILABLE`, `DOCUMENT_OUTDATED`
 */
export interface CapacityQueries {
  /**
   * Waits until the documents have everything up to a position, and are complete.
   * @throws Refusal `POSITION_UNKNOWN`, `VALIDATION`; Fault `STALE_READ`, `NOT_READY`
   */
  reached(minPosition: string, limits: CallLimits): Promise<Reflected>;
  /** By id. One that cannot be read is an item with an error, and the stream goes on. */
  pools(namespace: string, statuses: readonly PoolStatus[], at: Seconds, signal: AbortSignal): AsyncIterable<PoolItem>;
  /** By id. */
  poolsOfOwner(namespace: string, owner: number, at: Seconds, page: PageWanted<number>): Promise<FoundPage<PoolSummary, number>>;
  /** Empty at an instant or before, by (`emptyAt`, id). */
  expiredBy(
    namespace: string,
    instant: Seconds,
    at: Seconds,
    page: PageWanted<DepletionPlace>,
  ): Promise<FoundPage<PoolSummary, DepletionPlace>>;
  /** Smallest (`emptyAt`, id) strictly after an instant; those that never empty come last. */
  nextAfter(namespace: string, instant: Seconds, at: Seconds): Promise<PoolSummary | undefined>;
  /** By workload id; without states those that have not left. */
  stays(namespace: string, poolId: number, states: readonly StayState[], page: PageWanted<number>): Promise<FoundPage<Stay, number>>;
  /** Workloads on a node that have not left, by (pool, workload). */
  staysOnNode(namespace: string, nodeId: string, page: PageWanted<StayPlace>): Promise<FoundPage<PlacedStay, StayPlace>>;
  /** Ids of the pools that name a node, closed ones included. */
  poolsOnNode(namespace: string, nodeId: string): AsyncIterable<number>;
  /** Oldest first; the place is the start of the last stretch. */
  segments(namespace: string, poolId: number, range: TimeRange, page: PageWanted<Seconds>): Promise<FoundPage<Segment, Seconds>>;
  /** By id. */
  reservations(namespace: string, filter: ReservationFilter, page: PageWanted<number>): Promise<FoundPage<Reservation, number>>;
  /** By tid. */
  parties(namespace: string, page: PageWanted<number>): Promise<FoundPage<Party, number>>;
  /** By id; those that are gone among them. */
  nodes(namespace: string, farmId: number | undefined, page: PageWanted<string>): Promise<FoundPage<Node, string>>;
  /** By id. */
  farms(namespace: string, page: PageWanted<number>): Promise<FoundPage<Farm, number>>;
  /** Pools of every namespace that were due at an instant or before, by (due, id): what operators and reconcilers repair (capacity §13.5). */
  overdue(instant: Seconds, limit: number): Promise<readonly OverduePool[]>;
}
