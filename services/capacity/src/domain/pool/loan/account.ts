import { minus, plus, type Exact } from '../../amount/exact.js';
import { earlier, saturated, type Horizon, type Seconds } from '../../amount/instant.js';
import { DIMENSIONS, eachDimension, minusEach, NOTHING, of, plusEach, type Amounts, type Dimension } from '../../amount/per-dimension.js';
import type { Account } from '../state.js';
import type { Borrowing, InTree, Lending, Loan, Schedule } from './state.js';
import { rateAt, walk, type LoanLine, type Walked, type WalkStart } from './walk.js';

/** Whether a pool borrows or lends: then it drains otherwise than by its rates alone. */
export const isInTree = ({ borrowing, lending }: InTree): boolean =>
  borrowing !== undefined || (lending !== undefined && lending.loans.size > 0);

/** Whether other pools borrow of a pool. */
export const hasChildren = ({ lending }: InTree): boolean => lending !== undefined && lending.loans.size > 0;

const notBelow0 = (amount: Exact): Exact => (amount > 0 ? amount : 0);

const lesser = (left: Exact, right: Exact): Exact => (left < right ? left : right);

/** What a child owes, in milliunit-seconds. */
export const owedOf = ({ borrowed, repaid }: Borrowing): Amounts => minusEach(borrowed, repaid);

/** What a child owes as far as its parent knows; below 0 while the parent has heard of a repayment and not yet of the use. */
export const outstandingOf = ({ lent, repaid }: Loan): Amounts => minusEach(lent, repaid);

/** What a child may still borrow. */
const lineOf = (borrowing: Borrowing | undefined): Amounts => {
  if (borrowing === undefined || borrowing.status === 'leaving') return NOTHING;
  const { limit, granted, isCut } = borrowing;
  const owed = owedOf(borrowing);
  return eachDimension(dimension =>
    of(isCut, dimension) ? 0 : notBelow0(minus(lesser(of(limit, dimension), of(granted, dimension)), of(owed, dimension))),
  );
};

const loanLine = (child: number, loan: Loan, dimension: Dimension): LoanLine => ({
  child,
  steps: of(loan.schedule, dimension),
  left: notBelow0(minus(of(loan.granted, dimension), minus(of(loan.lent, dimension), of(loan.promised, dimension)))),
});

/** Earlier loans first: by when the child began to owe, then by when it joined. */
const compareAge = ([, left]: readonly [number, Loan], [, right]: readonly [number, Loan], dimension: Dimension): number => {
  const [leftSince, rightSince] = [of(left.since, dimension), of(right.since, dimension)];
  if (leftSince === rightSince) return left.ordinal - right.ordinal;
  if (leftSince === undefined) return 1;
  return rightSince === undefined || leftSince < rightSince ? -1 : 1;
};

/** Loans that are not cut in a dimension, the latest last. */
export const loansOf = (lending: Lending | undefined, dimension: Dimension): (readonly [number, Loan])[] =>
  lending === undefined
    ? []
    : [...lending.loans.entries()]
        .filter(([, { isCut }]) => !of(isCut, dimension))
        .sort((left, right) => compareAge(left, right, dimension));

/** Whether a loan costs its parent something in a second, and may. */
export const isLendingNow = (loan: Loan, dimension: Dimension, at: Seconds): boolean => {
  const rate = rateAt(of(loan.schedule, dimension), at);
  return rate > 0 && loanLine(0, loan, dimension).left >= rate;
};

/** What children take in a second of an instant. */
export const lendingRatesAt = (lending: Lending | undefined, at: Seconds): Amounts =>
  lending === undefined
    ? NOTHING
    : eachDimension(dimension =>
        loansOf(lending, dimension).reduce<Exact>(
          (sum, [, loan]) => (isLendingNow(loan, dimension, at) ? plus(sum, rateAt(of(loan.schedule, dimension), at)) : sum),
          0,
        ),
      );

/** What drains of an account in a tree. */
export type TreeDraining = Pick<Account, 'balance' | 'rates' | 'asOf' | 'isPaused'> & InTree;

const startOf = (account: TreeDraining, dimension: Dimension): WalkStart => ({
  from: account.asOf,
  balance: of(account.balance, dimension),
  line: of(lineOf(account.borrowing), dimension),
  rate: account.isPaused ? 0 : of(account.rates, dimension),
  loans: loansOf(account.lending, dimension).map(([child, loan]) => loanLine(child, loan, dimension)),
});

/** First second at which a dimension of a pool in a tree cannot pay: neither by itself nor by its parent. */
export const shortAtOf = (account: TreeDraining, dimension: Dimension): Horizon => {
  const { shortAt } = walk(startOf(account, dimension), undefined);
  return shortAt === undefined ? undefined : saturated(shortAt);
};

export const firstShortAtOf = (account: TreeDraining): Horizon =>
  DIMENSIONS.reduce<Horizon>((first, dimension) => earlier(first, shortAtOf(account, dimension)), undefined);

/** What a pool is going to take from its parent, as far as can be seen. */
export const scheduleOf = (account: TreeDraining): Schedule =>
  eachDimension(dimension => walk(startOf(account, dimension), undefined).steps);

/** What a settling changes of an account in a tree. */
export type SettledTree = Pick<Account, 'balance' | 'unfunded' | 'asOf'> & Required<InTree>;

const lentTo = (lending: Lending | undefined, walked: readonly Walked[]): Lending | undefined => {
  if (lending === undefined) return undefined;
  let { loans } = lending;
  for (const [child, loan] of lending.loans.entries()) {
    const [cu = 0, su = 0, ipv4u = 0] = walked.map(({ lent }) => lent.get(child) ?? 0);
    if (cu !== 0 || su !== 0 || ipv4u !== 0) loans = loans.with(child, { ...loan, lent: plusEach(loan.lent, [cu, su, ipv4u]) });
  }
  return { ...lending, loans };
};

/** Drains an account in a tree up to an instant; one that lies before its own changes nothing. */
export const settleTree = (account: TreeDraining & Pick<Account, 'unfunded'>, at: Seconds): SettledTree => {
  const walked = eachDimension(dimension => walk(startOf(account, dimension), Math.max(at, account.asOf)));
  const { borrowing, lending, unfunded } = account;
  const borrowed = eachDimension(dimension => of(walked, dimension).borrowed);
  return {
    balance: eachDimension(dimension => of(walked, dimension).balance),
    unfunded: eachDimension(dimension => plus(of(unfunded, dimension), of(walked, dimension).unfunded)),
    asOf: Math.max(at, account.asOf),
    borrowing: borrowing && { ...borrowing, borrowed: plusEach(borrowing.borrowed, borrowed) },
    lending: lentTo(lending, walked),
  };
};
