import type { Dated } from '../../application/store.js';
import { emptyDimensionOf, nextDue, NumberMap, statusOf, type Pool, type Segment, type Stay } from '../../domain/index.js';
import type { PoolDocument, PoolMemberDocument, PoolSegmentDocument } from './documents.js';
import { memberId, numberId, segmentId } from './ids.js';
import { fromDbAmounts, fromDbHorizon, fromDbInt64, toDbAmounts, toDbHorizon, toDbInt64, type Int64 } from './int64.js';
import { fromDbState, toDbState } from './written-state.js';

/** A pool without what grows with its use: everything that a list shows of it and an account needs. */
const headOf = (pool: Pool): Pool => ({
  ...pool,
  members: NumberMap.empty(),
  holds: NumberMap.empty(),
  decommissions: NumberMap.empty(),
  credits: NumberMap.empty(),
});

/** @param streamSeq the last message of the pool */
export const toDbPool = (partition: number, pool: Pool, streamSeq: number): PoolDocument => {
  const emptyDimension = emptyDimensionOf(pool);
  return {
    _id: numberId(pool.id),
    partition,
    namespace: pool.namespace,
    streamSeq,
    owner: toDbInt64(pool.owner),
    sponsor: toDbInt64(pool.sponsor),
    nodeIds: pool.nodeIds,
    balance: toDbAmounts(pool.balance),
    rate: toDbAmounts(pool.rates),
    heldRate: toDbAmounts(pool.heldRates),
    unfunded: toDbAmounts(pool.unfunded),
    asOf: toDbInt64(pool.asOf),
    emptyAt: toDbHorizon(pool.emptyAt),
    ...(emptyDimension === undefined ? {} : { emptyDimension }),
    status: statusOf(pool),
    dueAt: toDbHorizon(nextDue(pool)),
    memberCount: pool.members.size,
    holdCount: pool.holds.size,
    ...toDbState('pool', headOf(pool)),
  };
};

/** @throws Error for a document that cannot be read */
export const fromDbPoolHead = (document: PoolDocument): Pool => {
  const head = fromDbState('pool', document);
  if (head === undefined) throw new TypeError(`pool ${document._id} was written by another version and is folded again`);
  return head;
};

export const toDbStay = (partition: number, { id, namespace }: Pool, { value, sequence }: Dated<Stay>): PoolMemberDocument => ({
  _id: memberId(id, value.workloadId),
  partition,
  namespace,
  streamSeq: sequence,
  poolId: toDbInt64(id),
  workloadId: toDbInt64(value.workloadId),
  rates: toDbAmounts(value.rates),
  formulaVersion: value.formulaVersion,
  nodeId: value.nodeId ?? '',
  ...(value.since === undefined ? {} : { since: toDbInt64(value.since) }),
  state: value.state,
  until: toDbHorizon(value.until),
});

const instantOf = (stored: Int64 | undefined): number | undefined => (stored === undefined ? undefined : Number(fromDbInt64(stored)));

export const fromDbStay = ({ workloadId, state, rates, formulaVersion, nodeId, since, until }: PoolMemberDocument): Stay => {
  const end = fromDbHorizon(until);
  return {
    workloadId: Number(fromDbInt64(workloadId)),
    state,
    rates: fromDbAmounts(rates),
    formulaVersion,
    nodeId: nodeId === '' ? undefined : nodeId,
    since: instantOf(since),
    until: end === undefined ? undefined : Number(end),
  };
};

export const toDbSegment = (partition: number, { id, namespace }: Pool, { value, sequence }: Dated<Segment>): PoolSegmentDocument => ({
  _id: segmentId(id, value.from),
  partition,
  namespace,
  streamSeq: sequence,
  poolId: toDbInt64(id),
  from: toDbInt64(value.from),
  to: toDbInt64(value.to),
  rates: toDbAmounts(value.rates),
  drained: toDbAmounts(value.drained),
  unfunded: toDbAmounts(value.unfunded),
});

export const fromDbSegment = ({ from, to, rates, drained, unfunded }: PoolSegmentDocument): Segment => ({
  from: Number(fromDbInt64(from)),
  to: Number(fromDbInt64(to)),
  rates: fromDbAmounts(rates),
  drained: fromDbAmounts(drained),
  unfunded: fromDbAmounts(unfunded),
});
