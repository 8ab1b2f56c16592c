import type { PoolCommand } from './commands.js';

/** A command that a writer holds, as far as its place in the order goes. */
export interface HeldCommand {
  readonly id: string;
  readonly type: PoolCommand['type'];
}

/** What makes the pool, what helps it, the depletion check, what costs it: in this order within a second (capacity §13.6). */
const RANKS = { opens: 0, helps: 1, check: 2, costs: 3 } as const;

const rankOf = (type: PoolCommand['type']): number => {
  switch (type) {
    case 'open':
      return RANKS.opens;
    case 'credit':
    case 'void-credit':
    case 'release':
    case 'end-top-up':
    case 'pause':
    case 'pause-workloads':
    case 'change-nodes':
    case 'confirm-payout':
    case 'transfer-in':
    case 'transfer-settled':
    case 'transfer-returned':
    case 'transfer-refused':
    case 'void-transfer':
    case 'transfer-ownership':
    case 'answer-loan':
    case 'answer-heard':
    case 'loan-heard':
    case 'parent-lost':
    case 'child-lost':
    case 'repay-loan':
      return RANKS.helps;
    case 'check':
      return RANKS.check;
    case 'hold':
    case 'hold-all':
    case 'resume':
    case 'resume-workloads':
    case 'set-policy':
    case 'activate':
    case 'replace':
    case 'rebase':
    case 'transfer-out':
    case 'borrow':
    case 'end-borrowing':
    case 'schedule-loan':
    case 'merge':
    case 'refund':
    case 'reverse-payment':
    case 'close':
      return RANKS.costs;
  }
};

const compareTexts = (left: string, right: string): number => {
  if (left === right) return 0;
  return left < right ? -1 : 1;
};

/** The order in which a writer takes the commands that it holds at once for the same pool and second; by id within a group (capacity §13.6). */
export const compareWithinSecond = (left: HeldCommand, right: HeldCommand): number =>
  rankOf(left.type) - rankOf(right.type) || compareTexts(left.id, right.id);

/** Commands in that order; the list passed stays as it is. */
export const orderCommands = <Held>(held: readonly Held[], describe: (command: Held) => HeldCommand): Held[] =>
  held
    .map(command => ({ command, described: describe(command) }))
    .sort((left, right) => compareWithinSecond(left.described, right.described))
    .map(({ command }) => command);
