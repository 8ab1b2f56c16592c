import { DIMENSIONS, eachDimension, minusEach, NOTHING, of, plusEach, type Amounts } from '../../amount/per-dimension.js';
import type { Draft } from '../draft.js';
import { settleWith } from '../settle.js';
import { outstandingOf } from './account.js';
import type {
  AnswerHeard,
  BorrowingAnswered,
  BorrowingChanged,
  LoanEnded,
  LoanGranted,
  LoanHeard,
  LoanReclaimed,
  LoanRepaid,
  LoanScheduled,
} from './events.js';
import { isSameGrant } from './grant.js';
import { NO_LENDING } from './lend.js';
import { sinceOf } from './since.js';
import type { Loan } from './state.js';

const settleAt = (next: Draft, at: number): void => settleWith(next, at, NOTHING, next.rates);

const takeNow = (next: Draft, amounts: Amounts): void => settleWith(next, next.asOf, minusEach(NOTHING, amounts), next.rates);

/** Numbers of messages are never used again, also not in another tree. */
const nextMessage = (next: Draft): number => {
  next.messages += 1;
  return next.messages;
};

const setLoan = (next: Draft, child: number, loan: Loan): void => {
  const lending = next.lending ?? NO_LENDING;
  next.lending = { ...lending, loans: lending.loans.with(child, loan), lastOrdinal: Math.max(lending.lastOrdinal, loan.ordinal) };
};

export const borrowingChanged = (next: Draft, { parent, limit, isConsented, at }: BorrowingChanged): void => {
  settleAt(next, at);
  next.borrowing =
    next.borrowing === undefined
      ? {
          parent,
          status: 'joining',
          isConsented,
          limit,
          granted: NOTHING,
          isCut: [false, false, false],
          borrowed: NOTHING,
          repaid: NOTHING,
          level: 0,
          firstNews: next.messages + 1,
          news: next.messages,
          told: next.messages,
          heard: 0,
        }
      : { ...next.borrowing, limit, isConsented };
  settleAt(next, at);
};

export const borrowingLeaving = (next: Draft, at: number): void => {
  settleAt(next, at);
  if (next.borrowing !== undefined) next.borrowing = { ...next.borrowing, status: 'leaving' };
  settleAt(next, at);
};

export const borrowingEnded = (next: Draft, at: number): void => {
  settleAt(next, at);
  next.borrowing = undefined;
  settleAt(next, at);
};

export const loanHeard = (next: Draft, { news }: LoanHeard): void => {
  if (next.borrowing !== undefined) next.borrowing = { ...next.borrowing, told: news };
};

export const borrowingAnswered = (next: Draft, { answer, granted, isCut, lost, level, at }: BorrowingAnswered): void => {
  settleAt(next, at);
  if (next.borrowing === undefined) return;
  const { borrowed, status } = next.borrowing;
  next.borrowing = {
    ...next.borrowing,
    status: status === 'joining' ? 'joined' : status,
    granted,
    isCut,
    borrowed: minusEach(borrowed, lost),
    level,
    heard: answer,
  };
  next.unfunded = plusEach(next.unfunded, lost);
  settleAt(next, at);
};

export const loanScheduled = (next: Draft, event: LoanScheduled): void => {
  const { child, news, schedule, promised, limit, granted, isCut, charged, at } = event;
  settleAt(next, at);
  const lending = next.lending ?? NO_LENDING;
  const loan = lending.loans.get(child);
  // Of a loan that was cut the child has to know how much it was.
  const isLess = DIMENSIONS.some(dimension => of(isCut, dimension) && of(charged, dimension) !== 0);
  const isNews = loan === undefined || isLess || !isSameGrant(loan, { granted, isCut });
  setLoan(next, child, {
    ordinal: loan?.ordinal ?? lending.lastOrdinal + 1,
    heard: news,
    schedule,
    since: sinceOf(loan, schedule),
    limit,
    granted,
    isCut,
    lent: plusEach(loan?.lent ?? NOTHING, charged),
    repaid: loan?.repaid ?? NOTHING,
    promised,
    answer: isNews ? nextMessage(next) : loan.answer,
    told: loan?.told ?? 0,
    answeredAt: isNews ? at : loan.answeredAt,
  });
  takeNow(next, charged);
};

export const loanGranted = (next: Draft, { child, granted, isCut, at }: LoanGranted): void => {
  settleAt(next, at);
  const loan = next.lending?.loans.get(child);
  if (loan !== undefined) setLoan(next, child, { ...loan, granted, isCut, answer: nextMessage(next), answeredAt: at });
  settleAt(next, at);
};

export const loanReclaimed = (next: Draft, { child, dimension, at }: LoanReclaimed): void => {
  settleAt(next, at);
  const loan = next.lending?.loans.get(child);
  if (loan === undefined) return;
  const outstanding = outstandingOf(loan);
  const granted = eachDimension(each => {
    if (each !== dimension) return of(loan.granted, each);
    return of(outstanding, each) > 0 ? of(outstanding, each) : 0;
  });
  const isCut = eachDimension(each => each === dimension || of(loan.isCut, each));
  setLoan(next, child, { ...loan, granted, isCut, answer: nextMessage(next), answeredAt: at });
  settleAt(next, at);
};

export const loanRepaid = (next: Draft, { transferId, child, amounts, at }: LoanRepaid): void => {
  settleAt(next, at);
  const loan = next.lending?.loans.get(child);
  if (loan !== undefined) setLoan(next, child, { ...loan, repaid: plusEach(loan.repaid, amounts) });
  next.flows = { ...next.flows, transferredIn: plusEach(next.flows.transferredIn, amounts) };
  const byId = next.transfers.byId.with(transferId, { direction: 'in', peer: child, status: 'arrived', at });
  next.transfers = { ...next.transfers, byId };
  next.lots = { ...next.lots, shift: plusEach(next.lots.shift, amounts) };
  takeNow(next, minusEach(NOTHING, amounts));
};

export const answerHeard = (next: Draft, { child, answer }: AnswerHeard): void => {
  const loan = next.lending?.loans.get(child);
  if (loan !== undefined) setLoan(next, child, { ...loan, told: answer });
};

export const loanEnded = (next: Draft, { child, news, charged, at }: LoanEnded): void => {
  settleAt(next, at);
  if (next.lending === undefined) return;
  const { loans, left } = next.lending;
  next.lending = { ...next.lending, loans: loans.without(child), left: left.with(child, { news }) };
  takeNow(next, charged);
};
