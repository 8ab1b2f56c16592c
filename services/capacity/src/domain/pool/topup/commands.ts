import type { DecidedAt } from '../at-instant.js';

/** Says how a purchase ended that the pool had asked for; the capacity itself comes as a credit. */
export interface EndTopUp extends DecidedAt {
  readonly type: 'end-top-up';
  readonly topUpId: number;
  readonly cause: 'credited' | 'failed';
}
