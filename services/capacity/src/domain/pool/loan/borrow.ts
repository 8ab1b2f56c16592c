import { Refusal } from '@drawdown/errors';
import { minus, type Exact } from '../../amount/exact.js';
import type { Seconds } from '../../amount/instant.js';
import { eachDimension, of } from '../../amount/per-dimension.js';
import type { PoolChanged } from '../events.js';
import { requireAmounts } from '../limits.js';
import type { Recording } from '../recording.js';
import type { Pool } from '../state.js';
import { leave } from '../transfer/leave.js';
import { hasChildren, owedOf, settleTree } from './account.js';
import type { AnswerLoan, Borrow, HearLoan, LoseParent } from './commands.js';
import type { LoanEvent } from './events.js';

/**
 * Begins to borrow, or changes the limit. Whether the parent lends it says itself: until it has answered, nothing is borrowed.
 * @throws Refusal `INVALID_AMOUNT`, `TREE_HAS_LOOP`, `POOL_HAS_CHILDREN`: a tree grows at its leaves, `PARENT_EXISTS`, `MERGE_PENDING`
 */
export const borrow = ({ parent, limit, isConsented }: Borrow, pool: Pool, at: Seconds): readonly LoanEvent[] => {
  requireAmounts(limit);
  const { borrowing, transfers } = pool;
  const isLoop = parent === pool.id || pool.lending?.loans.has(parent) === true;
  if (isLoop) throw new Refusal('TREE_HAS_LOOP', 'a pool cannot borrow of itself, however indirectly');
  if (borrowing === undefined && hasChildren(pool))
    throw new Refusal('POOL_HAS_CHILDREN', 'a pool that lends cannot be put under another one');
  if (transfers.merging !== undefined) throw new Refusal('MERGE_PENDING', 'the pool is being merged into another one');
  if (borrowing !== undefined && (borrowing.parent !== parent || borrowing.status === 'leaving')) {
    throw new Refusal('PARENT_EXISTS', `the pool borrows of pool ${borrowing.parent}`, { pool: String(borrowing.parent) });
  }
  return [{ type: 'borrowing-changed', parent, limit, isConsented, at }];
};

/**
 * Ends the borrowing of a pool that owes nothing.
 * @throws Refusal `LOAN_OUTSTANDING`; `POOL_HAS_CHILDREN`: what it lends may be borrowed
 */
export const endBorrowing = (pool: Pool, at: Seconds): readonly LoanEvent[] => {
  const { borrowing } = pool;
  if (borrowing === undefined || borrowing.status === 'leaving') return [];
  if (hasChildren(pool)) throw new Refusal('POOL_HAS_CHILDREN', 'other pools borrow of it: they have to leave first');
  const { borrowing: settled = borrowing } = settleTree(pool, at);
  const isPaying = pool.transfers.pending.some(({ purpose }) => purpose === 'repayment');
  if (isPaying || owedOf(settled).some(amount => amount !== 0)) throw new Refusal('LOAN_OUTSTANDING', 'the pool owes its parent');
  return [{ type: 'borrowing-leaving', at }];
};

export const hearLoan = ({ news }: HearLoan, { borrowing }: Pool, at: Seconds): readonly LoanEvent[] =>
  borrowing === undefined || news <= borrowing.told || news > borrowing.news ? [] : [{ type: 'loan-heard', news, at }];

/** News from before this borrowing began mean another one. */
export const loseParent = ({ parent, news, code }: LoseParent, { borrowing }: Pool, at: Seconds): readonly LoanEvent[] => {
  if (borrowing === undefined || borrowing.parent !== parent || news < borrowing.firstNews) return [];
  if (code === undefined && (borrowing.status !== 'leaving' || news !== borrowing.news)) return [];
  return [{ type: 'borrowing-ended', parent, code, at }];
};

const excess = (borrowed: Exact, lent: Exact): Exact => (borrowed > lent ? minus(borrowed, lent) : 0);

/**
 * Takes over what the parent grants. Where the parent has ended the loan, what was used since was paid by nobody.
 * @throws Refusal `NOT_BORROWING`
 */
export const answerLoan = (command: AnswerLoan, pool: Pool, at: Seconds): readonly LoanEvent[] => {
  const { parent, answer, granted, isCut, lent, level } = command;
  if (pool.borrowing?.parent !== parent) throw new Refusal('NOT_BORROWING', `the pool does not borrow of pool ${parent}`);
  if (answer <= pool.borrowing.heard) return [];
  const { borrowing = pool.borrowing } = settleTree(pool, at);
  const lost = eachDimension(dimension => (of(isCut, dimension) ? excess(of(borrowing.borrowed, dimension), of(lent, dimension)) : 0));
  return [{ type: 'borrowing-answered', answer, granted, isCut, lost, level, at }];
};

const lesser = (left: Exact, right: Exact): Exact => (left < right ? left : right);

/** Pays back what a pool owes from a credit, at once and before anything else (capacity §15.8). */
export const recordRepayment = (recording: Recording, changes: readonly PoolChanged[], at: Seconds): void => {
  for (const change of changes) {
    const { pool } = recording;
    if (change.type !== 'capacity-credited' || pool.borrowing === undefined) continue;
    const owed = owedOf(pool.borrowing);
    const repaid = eachDimension(dimension => (of(owed, dimension) > 0 ? lesser(of(owed, dimension), of(change.amounts, dimension)) : 0));
    if (repaid.every(amount => amount === 0)) continue;
    const transferId = `repay:${pool.id}:${pool.messages + 1}`;
    const leg = { transferId, peer: pool.borrowing.parent, purpose: 'repayment', isConsented: true } as const;
    recording.record(leave(pool, leg, repaid, [], at));
  }
};
