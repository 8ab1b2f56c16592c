import type { DecidedAt } from '../at-instant.js';
import type { Policy } from './policy.js';

export interface SetPolicy extends DecidedAt {
  readonly type: 'set-policy';
  /** All of it: what is not in it does not hold any more. */
  readonly policy: Policy;
}
