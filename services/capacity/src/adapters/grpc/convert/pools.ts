import { BorrowingStatus, PoolStatus as StatusMessage, type Borrowing, type Pool as PoolMessage } from '@drawdown/proto/capacity';
import type { BorrowingSummary, PoolAnswer } from '../../../application/questions/get-pool.js';
import type { PoolSummary } from '../../../application/questions/pool-summary.js';
import type { PoolStatus } from '../../../domain/index.js';
import { toApiAmounts, toApiDimension, toApiHorizon, toApiUnitSeconds } from './amounts.js';
import { toApiPolicy } from './policies.js';
import { wrongField } from './refuse.js';

const STATUS_MESSAGES: Readonly<Record<PoolStatus, StatusMessage>> = {
  idle: StatusMessage.IDLE,
  active: StatusMessage.ACTIVE,
  paused: StatusMessage.PAUSED,
  depleted: StatusMessage.DEPLETED,
  closed: StatusMessage.CLOSED,
};

const STATUSES = new Map(Object.entries(STATUS_MESSAGES).map(([status, message]) => [message, status as PoolStatus]));

/** @throws Refusal `VALIDATION` */
export const fromApiStatuses = (messages: readonly StatusMessage[]): readonly PoolStatus[] =>
  messages.map(message => {
    const status = STATUSES.get(message);
    if (status === undefined) throw wrongField('statuses', `must be some of ${[...STATUSES.values()].join(', ')}`);
    return status;
  });

const BORROWING_MESSAGES: Readonly<Record<BorrowingSummary['status'], BorrowingStatus>> = {
  joining: BorrowingStatus.JOINING,
  joined: BorrowingStatus.JOINED,
  leaving: BorrowingStatus.LEAVING,
};

const toApiBorrowing = ({ parent, status, limit, granted, owed }: BorrowingSummary): Borrowing => ({
  parentPoolId: parent,
  limit: toApiAmounts(limit),
  granted: toApiAmounts(granted),
  owed: toApiAmounts(owed),
  status: BORROWING_MESSAGES[status],
});

/** A pool of a list: without its rules, which only its owner knows. */
export const toApiListedPool = (pool: PoolSummary): PoolMessage => ({
  poolId: pool.id,
  customerTid: pool.owner,
  sponsorTid: pool.sponsor,
  nodeIds: [...pool.nodeIds],
  balance: toApiAmounts(pool.balance),
  unitSeconds: toApiUnitSeconds(pool.balance),
  active: toApiAmounts(pool.rates),
  held: toApiAmounts(pool.heldRates),
  lastUpdated: pool.asOf,
  emptyAt: toApiHorizon(pool.emptyAt),
  emptyDimension: toApiDimension(pool.emptyDimension),
  status: STATUS_MESSAGES[pool.status],
  dueAt: toApiHorizon(pool.dueAt),
  exhausted: pool.exhausted.map(toApiDimension),
  unfunded: toApiAmounts(pool.unfunded),
  credited: toApiAmounts(pool.credited),
  memberCount: pool.memberCount,
  holdCount: pool.holdCount,
  activeWorkloadIds: [],
  policy: undefined,
  borrowing: undefined,
});

export const toApiPool = (pool: PoolAnswer): PoolMessage => ({
  ...toApiListedPool(pool),
  activeWorkloadIds: [...pool.workloadIds],
  policy: toApiPolicy(pool.policy),
  borrowing: pool.borrowing === undefined ? undefined : toApiBorrowing(pool.borrowing),
});
