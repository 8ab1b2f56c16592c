import { minus, plus, type Exact } from '../../amount/exact.js';
import type { Seconds } from '../../amount/instant.js';
import {
  DIMENSIONS,
  eachDimension,
  equalEach,
  NOTHING,
  of,
  type Amounts,
  type Dimension,
  type PerDimension,
} from '../../amount/per-dimension.js';
import type { PoolChanged } from '../events.js';
import type { Recording } from '../recording.js';
import type { Pool } from '../state.js';
import { hasChildren, outstandingOf, shortAtOf } from './account.js';
import type { Lending, Loan } from './state.js';

/** How much a child may owe. */
export interface Grant {
  readonly granted: Amounts;
  readonly isCut: PerDimension<boolean>;
}

const lesser = (left: Exact, right: Exact): Exact => (left < right ? left : right);

const notBelow0 = (amount: Exact): Exact => (amount > 0 ? amount : 0);

const outstanding = (loan: Loan, dimension: Dimension): Exact => notBelow0(of(outstandingOf(loan), dimension));

/** In one dimension: what every child may owe besides what it does; the first to have joined is served first, and nobody loses what it owes. */
const extras = (
  loans: readonly Loan[],
  isCut: (loan: Loan) => boolean,
  limit: Exact | undefined,
  dimension: Dimension,
): readonly Exact[] => {
  let rest = limit && loans.reduce<Exact>((left, loan) => minus(left, outstanding(loan, dimension)), limit);
  return loans.map(loan => {
    if (isCut(loan)) return 0;
    const wanted = notBelow0(minus(of(loan.limit, dimension), outstanding(loan, dimension)));
    if (rest === undefined) return wanted;
    const extra = lesser(wanted, notBelow0(rest));
    rest = minus(rest, extra);
    return extra;
  });
};

/** Whether a pool can lend in a dimension at all: it has something, and what drains it is paid for. */
const canLend = (pool: Pool, dimension: Dimension): boolean => {
  if (pool.exhausted.includes(dimension)) return false;
  const shortAt = shortAtOf(pool, dimension);
  return of(pool.balance, dimension) > 0 && (shortAt === undefined || shortAt > pool.asOf);
};

/**
 * What each child may owe, from the state of the pool alone, within the limit of its policy (capacity §15.8). A loan that was cut stays so until
 * the pool has got more.
 */
export const grantsOf = (pool: Pool, lending: Lending, hasMore: boolean): ReadonlyMap<number, Grant> => {
  const entries = [...lending.loans.entries()].sort(([, left], [, right]) => left.ordinal - right.ordinal);
  const loans = entries.map(([, loan]) => loan);
  const limits = pool.policy.lendingLimit;
  const lends = hasMore ? eachDimension(dimension => canLend(pool, dimension)) : ([false, false, false] as const);
  const isCut = (loan: Loan, dimension: Dimension): boolean =>
    pool.exhausted.includes(dimension) || (of(loan.isCut, dimension) && !of(lends, dimension));
  const more = eachDimension(dimension => extras(loans, loan => isCut(loan, dimension), limits && of(limits, dimension), dimension));
  return new Map(
    entries.map(([child, loan], index) => [
      child,
      {
        granted: eachDimension(dimension => plus(outstanding(loan, dimension), of(more, dimension)[index] ?? 0)),
        isCut: eachDimension(dimension => isCut(loan, dimension)),
      },
    ]),
  );
};

export const isSameGrant = (left: Grant, right: Grant): boolean =>
  equalEach(left.granted, right.granted) && DIMENSIONS.every(dimension => of(left.isCut, dimension) === of(right.isCut, dimension));

/** Changes after which a pool may have more than before. */
const addsBalance = ({ type }: PoolChanged): boolean =>
  type === 'capacity-credited' ||
  type === 'capacity-transferred-in' ||
  type === 'capacity-transfer-returned' ||
  type === 'loan-repaid' ||
  type === 'borrowing-answered' ||
  type === 'dimension-replenished';

/** Records what changes mean for the loans that a pool has given: a limit that was lowered, or capacity to lend again. */
export const recordGrants = (recording: Recording, at: Seconds): void => {
  const { pool } = recording;
  if (pool.lending === undefined || !hasChildren(pool)) return;
  const grants = grantsOf(pool, pool.lending, recording.events.some(addsBalance));
  for (const [child, loan] of pool.lending.loans.entries()) {
    const grant = grants.get(child) ?? { granted: NOTHING, isCut: loan.isCut };
    if (!isSameGrant(loan, grant)) recording.record({ type: 'loan-granted', child, ...grant, at });
  }
};
