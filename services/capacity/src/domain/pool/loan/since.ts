import type { Exact } from '../../amount/exact.js';
import { eachDimension, of, type PerDimension } from '../../amount/per-dimension.js';
import { outstandingOf } from './account.js';
import type { Loan, Schedule } from './state.js';

/** Since when a child has owed something, or from when on it is going to: what tells the latest loan (capacity §15.8). */
export const sinceOf = (loan: Loan | undefined, schedule: Schedule): PerDimension<Exact | undefined> =>
  eachDimension(dimension => {
    const isOwing = loan !== undefined && of(outstandingOf(loan), dimension) > 0;
    const known = isOwing ? of(loan.since, dimension) : undefined;
    return known ?? of(schedule, dimension).find(({ rate }) => rate > 0)?.from;
  });
