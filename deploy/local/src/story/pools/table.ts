import type { ExplainPoolResponse } from '@drawdown/proto/capacity';
import Table from 'cli-table3';
import { clockText, figuresOf, sumsOf, UNIT_NAMES } from './comparing.js';
import type { PoolOutcome } from './expectation.js';
import type { PoolPlan } from './plans.js';
import { grouped, UNITS } from './units.js';
import { DIMENSIONS } from './watching.js';

const SUMS = ['bought', 'used', 'left', 'forfeited'] as const;

interface Row {
  readonly plan: PoolPlan;
  readonly poolId: number;
  readonly outcome: PoolOutcome;
}

const plainTable = (head: readonly string[], numbers: readonly string[]) =>
  new Table({
    head: [...head],
    colAligns: head.map(title => (numbers.includes(title) ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });

/** What was read, one pool a line: of compute, which is what the trace is about. */
export const poolsTable = (rows: readonly Row[]): string => {
  const sums = SUMS.map(name => `${name}, CU·s`);
  const table = plainTable(['pool', 'of', 'workloads', 'purchases', ...sums, 'ran empty'], ['pool', 'workloads', 'purchases', ...sums]);
  for (const { plan, poolId, outcome } of rows) {
    const count = (kind: string): number => plan.steps.filter(step => step.kind === kind).length;
    const amounts = SUMS.map(name => grouped(outcome[name].cu));
    table.push([poolId, plan.name, count('start'), count('buy'), ...amounts, figuresOf(outcome)['ran empty']]);
  }
  return table.toString();
};

/** All pools together, one unit a line. */
export const sumsTable = (outcomes: readonly PoolOutcome[]): string => {
  const sums = sumsOf(outcomes);
  const table = plainTable(['unit-seconds of', ...SUMS], SUMS);
  for (const unit of UNITS) table.push([UNIT_NAMES[unit], ...SUMS.map(name => grouped(sums[name][unit]))]);
  return table.toString();
};

/** What drains a pool, as the service explains it: `35 CU by 8 workloads, most of it by 15, 24 and 9, empty at 17:03:05`, one unit after the other. */
export const explanationText = ({ dimensions }: ExplainPoolResponse): string =>
  dimensions
    .map(({ dimension, emptyAt, contributions, contributionCount }) => {
      const unit = UNITS.find(one => DIMENSIONS[one] === dimension);
      const most = contributions.map(({ workloadId, rate }) => `${String(workloadId)} (${grouped(BigInt(rate))})`).join(', ');
      const many = contributionCount > contributions.length ? `${String(contributionCount)} workloads, most by ${most}` : most;
      return `${unit === undefined ? '' : UNIT_NAMES[unit]} is drained by ${many}; empty at ${clockText(Number(emptyAt))}`;
    })
    .join('. ');
