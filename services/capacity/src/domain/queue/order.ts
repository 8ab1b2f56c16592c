import type { Exact } from '../amount/exact.js';
import { orNever, type Horizon } from '../amount/instant.js';

/** A pool in the order of depletion. */
export interface Depletion {
  readonly poolId: number;
  /** Absent: never, which counts as the largest 64-bit integer. */
  readonly emptyAt: Horizon;
}

/** By instant, then by id: the one order in which pools are swept (capacity §5.2, §9). */
const compareDepletions = (left: Depletion, right: Depletion): number => {
  const [leftAt, rightAt] = [orNever(left.emptyAt), orNever(right.emptyAt)];
  if (leftAt !== rightAt) return leftAt < rightAt ? -1 : 1;
  return left.poolId - right.poolId;
};

/** Pools that are empty at an instant or were before, in order (capacity §5.2). */
export const expiredBy = (pools: Iterable<Depletion>, instant: Exact): Depletion[] =>
  [...pools].filter(({ emptyAt }) => orNever(emptyAt) <= instant).sort(compareDepletions);

/** The pool that empties next, strictly after an instant; the idle ones, which never do, come last. */
export const nextAfter = (pools: Iterable<Depletion>, instant: Exact): Depletion | undefined => {
  let next: Depletion | undefined;
  for (const pool of pools) {
    if (orNever(pool.emptyAt) > instant && (next === undefined || compareDepletions(pool, next) < 0)) next = pool;
  }
  return next;
};
