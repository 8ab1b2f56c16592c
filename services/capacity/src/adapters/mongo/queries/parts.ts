import type { ReadModel } from '@drawdown/projections';
import type { Filter } from 'mongodb';
import type { FoundPage, PageWanted, PlacedStay, StayPlace, TimeRange } from '../../../application/queries/ports.js';
import { STAY_STATES, type Seconds, type Segment, type Stay, type StayState } from '../../../domain/index.js';
import { POOL_MEMBERS, POOL_SEGMENTS, type PoolMemberDocument, type PoolSegmentDocument } from '../documents.js';
import { memberId, segmentId } from '../ids.js';
import { fromDbInt64, toDbInt64 } from '../int64.js';
import { fromDbSegment, fromDbStay } from '../map-pool.js';
import { findPage } from './page.js';

/** Those that take something of the pool now, or will. */
const PRESENT: readonly StayState[] = STAY_STATES.filter(state => state !== 'released');

const numberOf = (stored: Parameters<typeof fromDbInt64>[0]): number => Number(fromDbInt64(stored));

export const staysOf = (
  readModel: ReadModel,
  namespace: string,
  poolId: number,
  states: readonly StayState[],
  { limit, after }: PageWanted<number>,
): Promise<FoundPage<Stay, number>> =>
  findPage(
    readModel.collection(POOL_MEMBERS),
    { namespace, poolId: toDbInt64(poolId), state: { $in: states.length === 0 ? PRESENT : states } },
    {
      sort: ['workloadId'],
      limit,
      after: after === undefined ? undefined : { workloadId: toDbInt64(after), _id: memberId(poolId, after) },
    },
    { item: fromDbStay, place: ({ workloadId }) => numberOf(workloadId) },
  );

const placedStay = (document: PoolMemberDocument): PlacedStay => ({ ...fromDbStay(document), poolId: numberOf(document.poolId) });

export const staysOnNode = (
  readModel: ReadModel,
  namespace: string,
  nodeId: string,
  { limit, after }: PageWanted<StayPlace>,
): Promise<FoundPage<PlacedStay, StayPlace>> =>
  findPage(
    readModel.collection(POOL_MEMBERS),
    { namespace, nodeId, state: { $in: PRESENT } },
    { sort: [], limit, after: after === undefined ? undefined : { _id: memberId(after.poolId, after.workloadId) } },
    { item: placedStay, place: ({ poolId, workloadId }) => ({ poolId: numberOf(poolId), workloadId: numberOf(workloadId) }) },
  );

/** Stretches do not overlap, so what ended after an instant began after the one before it. */
const within = ({ from, to }: TimeRange): Filter<PoolSegmentDocument> => ({
  ...(from === undefined ? {} : { to: { $gt: toDbInt64(from) } }),
  ...(to === undefined ? {} : { from: { $lt: toDbInt64(to) } }),
});

export const segmentsOf = (
  readModel: ReadModel,
  namespace: string,
  poolId: number,
  range: TimeRange,
  { limit, after }: PageWanted<Seconds>,
): Promise<FoundPage<Segment, Seconds>> =>
  findPage(
    readModel.collection(POOL_SEGMENTS),
    { namespace, poolId: toDbInt64(poolId), ...within(range) },
    { sort: ['from'], limit, after: after === undefined ? undefined : { from: toDbInt64(after), _id: segmentId(poolId, after) } },
    { item: fromDbSegment, place: ({ from }) => numberOf(from) },
  );
