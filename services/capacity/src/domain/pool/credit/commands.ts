import type { Seconds } from '../../amount/instant.js';
import type { Amounts } from '../../amount/per-dimension.js';
import type { DecidedAt } from '../at-instant.js';
import type { Bought } from '../lot/state.js';
import type { CreditSource } from './events.js';

/** The credit was refused for good, and its money goes back: from now on the pool takes it no more, whenever a copy of it comes. */
export interface VoidCredit extends DecidedAt {
  readonly type: 'void-credit';
  readonly reservationId: number;
  /** Why it was refused. */
  readonly code: string;
}

export interface CreditPool extends DecidedAt {
  readonly type: 'credit';
  readonly source: CreditSource;
  /** Milliunit-seconds. */
  readonly amounts: Amounts;
  /** Nodes the pool may be used on from now on, too. */
  readonly nodeIds: readonly string[];
  /** What was paid for it; absent: nothing. */
  readonly bought?: Bought | undefined;
  /** First second at which what is left of it is gone; absent: never (capacity §15.11). */
  readonly expiresAt?: Seconds | undefined;
}
