import type { DecidedAt } from '../at-instant.js';

/** Ends the pool: what is left is forfeited, and only releases are accepted from then on (capacity §13.1). */
export interface ClosePool extends DecidedAt {
  readonly type: 'close';
  readonly cause: string;
}
