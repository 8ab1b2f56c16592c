import { Refusal } from '@drawdown/errors';
import { minus, plus, quotient, times, type Exact } from '../amount/exact.js';
import { earlier, type Horizon, type Seconds } from '../amount/instant.js';
import { MILLI } from '../amount/limits.js';
import { DIMENSIONS, eachDimension, minusEach, NOTHING, of, plusEach, type Amounts, type Dimension } from '../amount/per-dimension.js';
import { requireAmounts, requireBalance, requireRates } from '../pool/limits.js';
import { settledAt } from '../pool/read.js';
import type { Pool } from '../pool/state.js';

/** Something planned; rates that go are negative. */
export type PlannedChange = { readonly at: Seconds } & (
  | { readonly type: 'rates'; readonly delta: Amounts }
  | { readonly type: 'credit'; readonly amounts: Amounts }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
);

/** A balance at an instant and what drains it from then on. */
export interface BalancePoint {
  readonly at: Seconds;
  readonly balance: Amounts;
  readonly rates: Amounts;
}

export interface Forecast {
  /** First second at which a used dimension cannot pay any more; absent: not up to where was looked. */
  readonly emptyAt: Horizon;
  readonly dimension: Dimension | undefined;
  /** Where the slope changes, oldest first. */
  readonly curve: readonly BalancePoint[];
  /** Milliunit-seconds, in whole units rounded up, that would let each dimension last until the end. */
  readonly creditNeeded: Amounts;
}

/** The pool on its way through the plan. */
interface Walk {
  readonly at: Seconds;
  readonly balance: Amounts;
  /** On record; a paused pool drains nothing. */
  readonly rates: Amounts;
  readonly isPaused: boolean;
}

interface Depletion {
  readonly at: Exact;
  readonly dimension: Dimension;
}

/**
 * How a pool fares under a plan (capacity §15.1), its own loans, alerts and graces aside: a straight line from change to change, in exact integers.
 * @param until where to stop looking, and what it should last to; absent: until it is empty
 * @throws Refusal `INVALID_AMOUNT`: an amount that is none, a planned time that is past, rates that would be negative; `CAPACITY_OVERFLOW`
 */
export const forecast = (pool: Pool, plan: readonly PlannedChange[], until: Seconds | undefined, now: Seconds): Forecast => {
  const { balance, rates, asOf, isPaused } = settledAt(pool, now);
  let walk: Walk = { at: asOf, balance, rates, isPaused };
  let depletion: Depletion | undefined;
  /** What there is less what was used, forgiven use included: below 0 where credit is missing; and the least it ever was. */
  let funds = balance;
  let least = balance;
  const curve: BalancePoint[] = [pointOf(walk)];
  const goTo = (end: Seconds): void => {
    depletion ??= depletionBefore(walk, end);
    funds = minusEach(funds, useOf(walk, end));
    least = lesserEach(least, funds);
    walk = { ...walk, at: end, balance: balanceAt(walk, end) };
  };
  for (const change of inOrder(plan, asOf)) {
    if (until !== undefined && change.at > until) break;
    goTo(change.at);
    walk = changed(walk, change);
    if (change.type === 'credit') funds = plusEach(funds, change.amounts);
    appendTo(curve, pointOf(walk));
  }
  if (until === undefined) depletion ??= depletionBefore(walk, undefined);
  else goTo(Math.max(walk.at, until));
  return {
    emptyAt: depletion?.at,
    dimension: depletion?.dimension,
    curve,
    creditNeeded: until === undefined ? NOTHING : neededFor(least),
  };
};

const pointOf = ({ at, balance, rates, isPaused }: Walk): BalancePoint => ({ at, balance, rates: isPaused ? NOTHING : rates });

/** Of several changes within a second the last one tells the slope. */
const appendTo = (curve: BalancePoint[], point: BalancePoint): void => {
  if (curve.at(-1)?.at === point.at) curve.pop();
  curve.push(point);
};

const HELPS: readonly PlannedChange['type'][] = ['credit', 'pause'];

/** Within a second what helps comes before what costs (capacity §13.6). */
const costOf = (change: PlannedChange): number => {
  if (HELPS.includes(change.type)) return 0;
  return change.type === 'rates' && change.delta.every(delta => delta <= 0) ? 0 : 1;
};

const inOrder = (plan: readonly PlannedChange[], from: Seconds): readonly PlannedChange[] => {
  const past = plan.find(({ at }) => at < from);
  if (past !== undefined) throw new Refusal('INVALID_AMOUNT', `${past.at} is past`, { rule: 'planned_time' });
  return [...plan].sort((left, right) => left.at - right.at || costOf(left) - costOf(right));
};

const useOf = ({ rates, isPaused, at }: Walk, end: Seconds): Amounts =>
  isPaused ? NOTHING : eachDimension(dimension => times(of(rates, dimension), end - at));

const balanceAt = (walk: Walk, end: Seconds): Amounts => {
  const use = useOf(walk, end);
  return eachDimension(dimension => {
    const left = minus(of(walk.balance, dimension), of(use, dimension));
    return left > 0 ? left : 0;
  });
};

/** The first dimension that cannot pay for one more second before an end; of several the first in their order. */
const depletionBefore = ({ at, balance, rates, isPaused }: Walk, end: Seconds | undefined): Depletion | undefined => {
  if (isPaused) return undefined;
  let first: Depletion | undefined;
  for (const dimension of DIMENSIONS) {
    const rate = of(rates, dimension);
    if (rate === 0) continue;
    const ends = plus(at, quotient(of(balance, dimension), rate));
    if (end !== undefined && ends >= end) continue;
    if (first === undefined || earlier(ends, first.at) !== first.at) first = { at: ends, dimension };
  }
  return first;
};

const isWhole = (value: Exact): boolean => typeof value === 'bigint' || Number.isSafeInteger(value);

/** @throws Refusal `INVALID_AMOUNT`, `CAPACITY_OVERFLOW` */
const changed = (walk: Walk, change: PlannedChange): Walk => {
  switch (change.type) {
    case 'rates': {
      if (!change.delta.every(isWhole)) throw new Refusal('INVALID_AMOUNT', 'rates change by whole milliunits', { rule: 'planned_rates' });
      const rates = plusEach(walk.rates, change.delta);
      requireAmounts(rates);
      requireRates(rates);
      return { ...walk, rates };
    }
    case 'credit': {
      requireAmounts(change.amounts);
      const balance = plusEach(walk.balance, change.amounts);
      requireBalance(balance);
      return { ...walk, balance };
    }
    case 'pause':
      return { ...walk, isPaused: true };
    case 'resume':
      return { ...walk, isPaused: false };
  }
};

const lesserEach = (left: Amounts, right: Amounts): Amounts =>
  eachDimension(dimension => (of(left, dimension) < of(right, dimension) ? of(left, dimension) : of(right, dimension)));

/** Whole units, rounded up, that lift the least funds to 0: a planned credit makes up for nothing that was missing before it came. */
const neededFor = (least: Amounts): Amounts =>
  eachDimension(dimension => {
    const missing = minus(0, of(least, dimension));
    return missing <= 0 ? 0 : times(quotient(plus(missing, MILLI - 1), MILLI), MILLI);
  });
