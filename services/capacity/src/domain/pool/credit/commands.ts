import type { Amounts } from '../../amount/per-dimension.js';
import type { DecidedAt } from '../at-instant.js';
import type { CreditSource } from './events.js';

export interface CreditPool extends DecidedAt {
  readonly type: 'credit';
  readonly source: CreditSource;
  /** Milliunit-seconds. */
  readonly amounts: Amounts;
  /** Nodes the pool may be used on from now on, too. */
  readonly nodeIds: readonly string[];
}
