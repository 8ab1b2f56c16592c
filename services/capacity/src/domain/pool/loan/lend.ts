import { Refusal } from '@drawdown/errors';
import { minus, plus } from '../../amount/exact.js';
import type { Seconds } from '../../amount/instant.js';
import { eachDimension, minusEach, NOTHING, of, plusEach, type Amounts, type PerDimension } from '../../amount/per-dimension.js';
import { NumberMap } from '../../collection/number-map.js';
import { settle } from '../account.js';
import { requireAmounts, requireBalance } from '../limits.js';
import type { Pool } from '../state.js';
import { hasArrived } from '../transfer/decide.js';
import { isInTree, outstandingOf, settleTree } from './account.js';
import type { HearAnswer, LoseChild, RepayLoan, ScheduleLoan } from './commands.js';
import type { LoanEvent } from './events.js';
import { grantsOf } from './grant.js';
import { sinceOf } from './since.js';
import type { Lending, Loan } from './state.js';
import { costBetween } from './walk.js';

/** Pools on the way from the first of a tree to the last, both counted (capacity §15.8). */
const TREE_LEVELS_MAX = 8;

/** Pools that borrow of one: their schedules travel in its message to its own parent. */
const CHILDREN_MAX = 100;

export const NO_LENDING: Lending = { loans: NumberMap.empty(), lastOrdinal: 0, left: NumberMap.empty() };

const NO_CUTS: PerDimension<boolean> = [false, false, false];

/** How many pools are above the children of a pool. */
export const levelOfChildren = ({ borrowing }: Pool): number => (borrowing?.level ?? 0) + 1;

/**
 * A pool whose own place is not settled takes no children, and one that has children keeps its place: so a tree grows at its leaves, and never
 * into a loop, whatever is decided at once elsewhere.
 * @throws Refusal `OWNER_MISMATCH`, `PARENT_PENDING`, `TREE_HAS_LOOP`, `TREE_TOO_DEEP`, `TOO_MANY_CHILDREN`, `MERGE_PENDING`
 */
const requireLendable = ({ child, owner, isConsented }: ScheduleLoan, pool: Pool): void => {
  const { borrowing, lending, transfers } = pool;
  if (child === pool.id || borrowing?.parent === child)
    throw new Refusal('TREE_HAS_LOOP', 'a pool cannot borrow of itself, however indirectly');
  if (owner !== pool.owner && !isConsented)
    throw new Refusal('OWNER_MISMATCH', 'the pools have different owners, and they have not agreed');
  if (transfers.merging !== undefined) throw new Refusal('MERGE_PENDING', 'the pool is being merged into another one');
  if (borrowing !== undefined && borrowing.status !== 'joined')
    throw new Refusal('PARENT_PENDING', 'the pool is about to join or leave a tree');
  if (levelOfChildren(pool) >= TREE_LEVELS_MAX) throw new Refusal('TREE_TOO_DEEP', `a tree has at most ${TREE_LEVELS_MAX} levels`);
  if ((lending?.loans.size ?? 0) >= CHILDREN_MAX) throw new Refusal('TOO_MANY_CHILDREN', `at most ${CHILDREN_MAX} pools borrow of one`);
};

interface Charge {
  readonly charged: Amounts;
  readonly isCut: PerDimension<boolean>;
}

/**
 * What has to be taken from the balance at once for a child whose news came after its use, or given back where the last news promised more use
 * than there was. What the balance cannot pay is not lent: the loan ends in that dimension, and nothing more is charged there.
 */
const chargeOf = ({ borrowed, schedule, asOf }: ScheduleLoan, loan: Loan | undefined, balance: Amounts, at: Seconds): Charge => {
  const isCut = loan?.isCut ?? NO_CUTS;
  const wanted = eachDimension(dimension => {
    const used = plus(of(borrowed, dimension), costBetween(of(schedule, dimension), asOf, at));
    const more = minus(used, loan === undefined ? 0 : of(loan.lent, dimension));
    return of(isCut, dimension) && more > 0 ? 0 : more;
  });
  return {
    charged: eachDimension(dimension => (of(wanted, dimension) > of(balance, dimension) ? of(balance, dimension) : of(wanted, dimension))),
    isCut: eachDimension(dimension => of(isCut, dimension) || of(wanted, dimension) > of(balance, dimension)),
  };
};

/** @throws Refusal where a child cannot join */
export const scheduleLoan = (command: ScheduleLoan, pool: Pool, at: Seconds): readonly LoanEvent[] => {
  const { child, news, schedule, repaid: promised, limit, isLeaving } = command;
  const known = pool.lending?.loans.get(child);
  if (news <= (known?.heard ?? pool.lending?.left.get(child)?.news ?? 0)) return [];
  if (known === undefined) {
    if (isLeaving) return [];
    requireAmounts(limit);
    requireLendable(command, pool);
  }
  const { balance, lending = NO_LENDING } = isInTree(pool) ? settleTree(pool, at) : { ...settle(pool, at), lending: pool.lending };
  const loan = lending.loans.get(child);
  const { charged, isCut } = chargeOf(command, loan, balance, at);
  if (isLeaving) return [{ type: 'loan-ended', child, news, charged, at }];
  const next: Loan = {
    ordinal: loan?.ordinal ?? lending.lastOrdinal + 1,
    heard: news,
    schedule,
    since: sinceOf(loan, schedule),
    limit,
    granted: NOTHING,
    isCut,
    lent: plusEach(loan?.lent ?? NOTHING, charged),
    repaid: loan?.repaid ?? NOTHING,
    promised,
    answer: loan?.answer ?? 0,
    told: loan?.told ?? 0,
    answeredAt: loan?.answeredAt ?? at,
  };
  const grant = grantsOf(pool, { ...lending, loans: lending.loans.with(child, next) }, false).get(child) ?? { granted: NOTHING, isCut };
  return [{ type: 'loan-scheduled', child, news, schedule, promised, limit, ...grant, charged, at }];
};

/** @throws Refusal `TRANSFER_VOIDED`, `LOAN_UNKNOWN`, `CAPACITY_OVERFLOW` */
export const repayLoan = ({ transferId, child, amounts }: RepayLoan, pool: Pool, at: Seconds): readonly LoanEvent[] => {
  if (hasArrived(pool, transferId)) return [];
  if (pool.lending?.loans.has(child) !== true) throw new Refusal('LOAN_UNKNOWN', `pool ${child} does not borrow here`);
  requireBalance(plusEach(settle(pool, at).balance, amounts));
  return [{ type: 'loan-repaid', transferId, child, amounts, at }];
};

export const hearAnswer = ({ child, answer }: HearAnswer, pool: Pool, at: Seconds): readonly LoanEvent[] => {
  const loan = pool.lending?.loans.get(child);
  return loan === undefined || answer <= loan.told || answer > loan.answer ? [] : [{ type: 'answer-heard', child, answer, at }];
};

/** A child that knows of no loan has used nothing of it: what was lent comes back. */
export const loseChild = ({ child, answer }: LoseChild, pool: Pool, at: Seconds): readonly LoanEvent[] => {
  const loan = settleTree(pool, at).lending?.loans.get(child);
  if (loan === undefined || answer !== loan.answer) return [];
  return [{ type: 'loan-ended', child, news: loan.heard, charged: minusEach(NOTHING, outstandingOf(loan)), at }];
};
