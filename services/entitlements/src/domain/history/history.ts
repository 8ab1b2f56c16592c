import type { Period } from '@drawdown/calendar';
import { ZERO, type Quantity } from '@drawdown/quantity';
import type { Snapshot } from '../engine/snapshot.js';
import { validation } from '../refuse.js';
import type { Segment } from './segment.js';

/** Segments of a run without gap or overlap, and the state they start from (entitlements §7). */
export interface History {
  readonly anchor: Snapshot;
  readonly segments: readonly Segment[];
}

const checkNeighbours = (segments: readonly Segment[]): void => {
  for (const [index, segment] of segments.entries()) {
    if (segment.from > segment.to) throw validation('history_segment_reversed', `segment ${index} ends before it starts`);
    const next = segments[index + 1];
    if (next !== undefined && next.from > segment.to)
      throw validation('history_gap', `segment ${index + 1} starts after segment ${index} ended`);
    if (next !== undefined && next.from < segment.to)
      throw validation('history_overlap', `segment ${index + 1} starts before segment ${index} ended`);
  }
};

const rolloverFirst = (segment: Segment): number => (segment.terminationReasons.rollover ? 0 : 1);

/** By start; where two share one, the rollover came first. */
const compareSegments = (left: Segment, right: Segment): number =>
  left.from !== right.from ? left.from - right.from : rolloverFirst(left) - rolloverFirst(right);

/**
 * A checked history; segments may come in any order.
 * @throws Refusal `VALIDATION`: it does not start where and as the anchor says, or has a gap or an overlap.
 */
export const newHistory = (anchor: Snapshot, unsorted: readonly Segment[]): History => {
  const segments = [...unsorted].sort(compareSegments);
  const [first] = segments;
  if (first !== undefined && first.from !== anchor.at)
    throw validation('history_start_differs', 'the first segment does not start at the anchor');
  if (first !== undefined && first.overageAtStart !== anchor.overage) {
    throw validation('history_overage_differs', "the first segment does not carry the anchor's overage");
  }
  checkNeighbours(segments);
  return { anchor, segments };
};

const sum = (amounts: Iterable<Quantity>): Quantity => {
  let total = ZERO;
  for (const amount of amounts) total += amount;
  return total;
};

const grantUsageOf = (segment: Segment): Quantity => sum(segment.grantUsages.map(entry => entry.usage));

export const totalUsage = ({ segments }: History): Quantity => sum(segments.map(segment => segment.totalUsage));

export const totalGrantUsage = ({ segments }: History): Quantity => sum(segments.map(grantUsageOf));

/** Overage at the end; 0 for an empty history. */
export const finalOverage = ({ segments }: History): Quantity => segments.at(-1)?.overage ?? ZERO;

export const periodsOf = ({ segments }: History): Period[] => segments.map(({ from, to }) => ({ from, to }));

/** Segments of one usage period each: a chunk ends with the segment that a reset ended, and the rollover opens the next. */
export const chunkByResets = ({ segments }: History): Segment[][] => {
  const chunks: Segment[][] = [];
  let chunk: Segment[] = [];
  for (const segment of segments) {
    chunk.push(segment);
    if (!segment.terminationReasons.usageReset) continue;
    chunks.push(chunk);
    chunk = [];
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
};

/** Balances when the segment ended: those at its start minus its entries. */
export const applyUsage = (segment: Segment): Map<string, Quantity> => {
  const balances = new Map(segment.balanceAtStart);
  for (const { grantId, usage } of segment.grantUsages) balances.set(grantId, (balances.get(grantId) ?? ZERO) - usage);
  return balances;
};

const isAfterReset = (previous: Segment | undefined): boolean => previous?.terminationReasons.usageReset ?? false;

/** The state at the start of each segment, usage of its period included. */
export function* snapshotsAtStart({ anchor, segments }: History): Generator<Snapshot> {
  let { usageSince, usage, totalGrantUsage: paid } = anchor;
  for (const [index, segment] of segments.entries()) {
    if (isAfterReset(segments[index - 1])) {
      usageSince = segment.from;
      usage = ZERO;
      paid = ZERO;
    }
    yield { at: segment.from, balances: segment.balanceAtStart, overage: segment.overageAtStart, usageSince, usage, totalGrantUsage: paid };
    usage += segment.totalUsage;
    paid += grantUsageOf(segment);
  }
}

/**
 * State at the start of segment `index`.
 * @throws RangeError when there is no such segment.
 */
export const snapshotAtStart = (history: History, index: number): Snapshot => {
  const snapshot = [...snapshotsAtStart(history)][index];
  if (snapshot === undefined) throw new RangeError(`no segment ${index} in a history of ${history.segments.length}`);
  return snapshot;
};
