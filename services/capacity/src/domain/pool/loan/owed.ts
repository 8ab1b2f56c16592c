import { eachDimension, of } from '../../amount/per-dimension.js';
import type { PoolOwed } from '../owed.js';
import type { Pool } from '../state.js';
import { scheduleOf } from './account.js';
import { levelOfChildren } from './lend.js';

/** News that the parent has not confirmed (capacity §15.8). Every change of what drains a child is news, under a number of its own. */
const newsOwedBy = (pool: Pool): readonly PoolOwed[] => {
  const { id: child, owner, asOf, borrowing } = pool;
  if (borrowing === undefined || borrowing.told === borrowing.news) return [];
  const { parent, status, isConsented, news, borrowed, repaid, limit } = borrowing;
  const isLeaving = status === 'leaving';
  return [
    {
      id: `loan:${child}:${news}`,
      poolId: parent,
      command: {
        type: 'schedule-loan',
        child,
        owner,
        isConsented,
        news,
        asOf,
        borrowed,
        repaid,
        schedule: scheduleOf(pool),
        limit,
        isLeaving,
        at: asOf,
      },
      accepted: isLeaving
        ? { id: `parent-lost:${child}:${news}`, command: { type: 'parent-lost', parent, news, at: asOf } }
        : { id: `loan-heard:${child}:${news}`, command: { type: 'loan-heard', news, at: asOf } },
      refused: code => ({ id: `parent-lost:${child}:${news}`, command: { type: 'parent-lost', parent, news, code, at: asOf } }),
    },
  ];
};

/** Answers that the children have not confirmed. */
const answersOwedBy = (pool: Pool): readonly PoolOwed[] => {
  const { id: parent, lending } = pool;
  if (lending === undefined) return [];
  return [...lending.loans.entries()].flatMap(([child, { answer, told, granted, isCut, answeredAt: at, ...loan }]) => {
    if (told === answer) return [];
    const lent = eachDimension(dimension => (of(isCut, dimension) ? of(loan.lent, dimension) : 0));
    const level = levelOfChildren(pool);
    return [
      {
        id: `answer-loan:${parent}:${answer}`,
        poolId: child,
        command: { type: 'answer-loan', parent, answer, granted, isCut, lent, level, at },
        accepted: { id: `answer-heard:${parent}:${answer}`, command: { type: 'answer-heard', child, answer, at } },
        refused: () => ({ id: `child-lost:${parent}:${answer}`, command: { type: 'child-lost', child, answer, at } }),
      },
    ];
  });
};

/** What a pool owes its parent and its children. */
export const loansOwedBy = (pool: Pool): readonly PoolOwed[] => [...newsOwedBy(pool), ...answersOwedBy(pool)];
