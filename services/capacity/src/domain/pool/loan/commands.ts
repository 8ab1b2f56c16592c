import type { Seconds } from '../../amount/instant.js';
import type { Amounts, PerDimension } from '../../amount/per-dimension.js';
import type { DecidedAt } from '../at-instant.js';
import type { Schedule } from './state.js';

/** Lets the pool borrow of another one, or changes how much it may owe (capacity §15.8). */
export interface Borrow extends DecidedAt {
  readonly type: 'borrow';
  readonly parent: number;
  /** Most that it may owe, in milliunit-seconds. */
  readonly limit: Amounts;
  /** Whether the owners of both pools agree; not needed where they are the same. */
  readonly isConsented: boolean;
}

/** The pool borrows no more; it owes nothing. */
export interface EndBorrowing extends DecidedAt {
  readonly type: 'end-borrowing';
}

/** To the parent: what the child owes, and what it is going to take. */
export interface ScheduleLoan extends DecidedAt {
  readonly type: 'schedule-loan';
  readonly child: number;
  /** Of the child. */
  readonly owner: number;
  readonly isConsented: boolean;
  /** Number of the news; older news is ignored. */
  readonly news: number;
  /** The instant that `borrowed` is for. */
  readonly asOf: Seconds;
  /** All that the child ever borrowed, and all that it paid back. */
  readonly borrowed: Amounts;
  readonly repaid: Amounts;
  readonly schedule: Schedule;
  readonly limit: Amounts;
  readonly isLeaving: boolean;
}

/** To the child: the parent knows. */
export interface HearLoan extends DecidedAt {
  readonly type: 'loan-heard';
  readonly news: number;
}

/** To the child: the parent does not lend, or has let go; there is no loan any more. */
export interface LoseParent extends DecidedAt {
  readonly type: 'parent-lost';
  readonly parent: number;
  /** Number of the news that was refused, or by which the child left. */
  readonly news: number;
  /** Absent: the child left. */
  readonly code?: string | undefined;
}

/** To the child: how much the parent lets it owe from now on. */
export interface AnswerLoan extends DecidedAt {
  readonly type: 'answer-loan';
  readonly parent: number;
  /** Number of the answer; older ones are ignored. */
  readonly answer: number;
  readonly granted: Amounts;
  readonly isCut: PerDimension<boolean>;
  /** All that the parent ever lent in the dimensions that are cut: the child cannot have borrowed more there. Elsewhere 0. */
  readonly lent: Amounts;
  /** Of the child: pools above it. */
  readonly level: number;
}

/** To the parent: the child knows. */
export interface HearAnswer extends DecidedAt {
  readonly type: 'answer-heard';
  readonly child: number;
  readonly answer: number;
}

/** To the parent: the child knows of no loan. */
export interface LoseChild extends DecidedAt {
  readonly type: 'child-lost';
  readonly child: number;
  readonly answer: number;
}

/** To the parent: the child pays back. */
export interface RepayLoan extends DecidedAt {
  readonly type: 'repay-loan';
  readonly transferId: string;
  readonly child: number;
  readonly amounts: Amounts;
}

export type LoanCommand = Borrow | EndBorrowing | ScheduleLoan | HearLoan | LoseParent | AnswerLoan | HearAnswer | LoseChild | RepayLoan;
