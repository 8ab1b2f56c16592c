import Table from 'cli-table3';
import { figuresOf } from './comparing.js';
import type { Outcome } from './expectation.js';
import type { CustomerPlan } from './plans.js';

const HEAD = ['customer', 'profile', 'granted', 'used', 'balance', 'overage', 'empty at', 'paid by'] as const;
const NUMBERS: readonly string[] = ['granted', 'used', 'balance', 'overage'];

/** What was read, one customer a line; `empty at` is the first minute (UTC) at which nothing was left. */
export const storyTable = (plans: readonly CustomerPlan[], read: readonly Outcome[]): string => {
  const table = new Table({
    head: [...HEAD],
    colAligns: HEAD.map(title => (NUMBERS.includes(title) ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
  for (const [index, outcome] of read.entries()) {
    const { granted, used, balance, overage, exhausted, paid } = figuresOf(outcome);
    table.push([outcome.customer, plans[index]?.profile ?? '', granted, used, balance, overage, exhausted, paid]);
  }
  return table.toString();
};
