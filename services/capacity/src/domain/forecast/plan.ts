import { Refusal } from '@drawdown/errors';
import type { Exact } from '../amount/exact.js';
import type { Seconds } from '../amount/instant.js';
import type { Amounts } from '../amount/per-dimension.js';

/** What somebody intends for a pool, or expects of it (capacity §15.1). */
export type PlanItem =
  | { readonly type: 'credit'; readonly at: Seconds; readonly amounts: Amounts }
  /** Milliunits by which the rates change; negative where something is released. */
  | { readonly type: 'rates'; readonly at: Seconds; readonly change: Amounts }
  | { readonly type: 'pause' | 'resume'; readonly at: Seconds };

/** Most items of a plan. */
export const PLAN_ITEMS_MAX = 10_000;

const isHelp = (item: PlanItem): boolean => {
  switch (item.type) {
    case 'credit':
    case 'pause':
      return true;
    case 'rates':
      return item.change.every(change => change <= 0);
    case 'resume':
      return false;
  }
};

const isWhole = (value: Exact): boolean => typeof value === 'bigint' || Number.isSafeInteger(value);

const isSound = (item: PlanItem): boolean => {
  if (!Number.isSafeInteger(item.at)) return false;
  if (item.type === 'credit') return item.amounts.every(amount => isWhole(amount) && amount >= 0);
  return item.type !== 'rates' || item.change.every(isWhole);
};

/**
 * A plan in the order in which it happens: by instant, then what helps before what costs (capacity §13.6). What lies before the pool's last
 * second happens in that second.
 * @throws Refusal `INVALID_PLAN`: too long, or with an amount that is none
 */
export const inOrder = (plan: readonly PlanItem[], from: Seconds): readonly PlanItem[] => {
  if (plan.length > PLAN_ITEMS_MAX) throw new Refusal('INVALID_PLAN', `a plan has at most ${PLAN_ITEMS_MAX} items`, { rule: 'count' });
  if (!plan.every(isSound)) throw new Refusal('INVALID_PLAN', 'amounts and instants of a plan are whole numbers', { rule: 'amount' });
  return plan
    .map(item => ({ ...item, at: Math.max(item.at, from) }))
    .sort((left, right) => left.at - right.at || Number(isHelp(right)) - Number(isHelp(left)));
};
