import type { Dimension, Amounts, PerDimension } from '../../amount/per-dimension.js';
import type { RecordedAt } from '../at-instant.js';
import type { Schedule } from './state.js';

/** Of a child: it wants to borrow of a parent, or to owe more or less. */
export interface BorrowingChanged extends RecordedAt {
  readonly type: 'borrowing-changed';
  readonly parent: number;
  readonly limit: Amounts;
  readonly isConsented: boolean;
}

/** Of a child: it borrows no more, and waits for its parent to let go. */
export interface BorrowingLeaving extends RecordedAt {
  readonly type: 'borrowing-leaving';
}

/** Of a child: there is no loan any more. */
export interface BorrowingEnded extends RecordedAt {
  readonly type: 'borrowing-ended';
  readonly parent: number;
  /** Why the parent does not lend; absent: the child left. */
  readonly code?: string | undefined;
}

/** Of a child: the parent knows its news. */
export interface LoanHeard extends RecordedAt {
  readonly type: 'loan-heard';
  readonly news: number;
}

/** Of a child: how much it may owe from now on. */
export interface BorrowingAnswered extends RecordedAt {
  readonly type: 'borrowing-answered';
  readonly answer: number;
  readonly granted: Amounts;
  readonly isCut: PerDimension<boolean>;
  /** Was used after the parent could not lend any more: nobody paid for it. */
  readonly lost: Amounts;
  readonly level: number;
}

/** Of a parent: what a child owes and is going to take. */
export interface LoanScheduled extends RecordedAt {
  readonly type: 'loan-scheduled';
  readonly child: number;
  readonly news: number;
  readonly schedule: Schedule;
  /** All that the child says it paid back. */
  readonly promised: Amounts;
  readonly limit: Amounts;
  readonly granted: Amounts;
  readonly isCut: PerDimension<boolean>;
  /** Taken from the balance at once, because the news came after the use; below 0 where too much had been taken (capacity §15.8). */
  readonly charged: Amounts;
}

/** Of a parent: it lends a child more or less than before. */
export interface LoanGranted extends RecordedAt {
  readonly type: 'loan-granted';
  readonly child: number;
  readonly granted: Amounts;
  readonly isCut: PerDimension<boolean>;
}

/** Of a parent: it ran empty, and this loan, the latest, ends in a dimension. */
export interface LoanReclaimed extends RecordedAt {
  readonly type: 'loan-reclaimed';
  readonly child: number;
  readonly dimension: Dimension;
}

export interface LoanRepaid extends RecordedAt {
  readonly type: 'loan-repaid';
  readonly transferId: string;
  readonly child: number;
  readonly amounts: Amounts;
}

/** Of a parent: the child knows its answer. */
export interface AnswerHeard extends RecordedAt {
  readonly type: 'answer-heard';
  readonly child: number;
  readonly answer: number;
}

/** Of a parent: the child has left, or knows of no loan. */
export interface LoanEnded extends RecordedAt {
  readonly type: 'loan-ended';
  readonly child: number;
  /** Number of the child's last news. */
  readonly news: number;
  readonly charged: Amounts;
}

export type LoanEvent =
  | BorrowingChanged
  | BorrowingLeaving
  | BorrowingEnded
  | LoanHeard
  | BorrowingAnswered
  | LoanScheduled
  | LoanGranted
  | LoanReclaimed
  | LoanRepaid
  | AnswerHeard
  | LoanEnded;
