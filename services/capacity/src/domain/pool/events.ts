import type { RecordedAt } from './at-instant.js';
import type { CreditEvent } from './credit/events.js';
import type { ExhaustionEvent } from './due/events.js';
import type { GraceEvent } from './grace/events.js';
import type { MemberEvent } from './member/events.js';

export interface PoolOpened extends RecordedAt {
  readonly type: 'pool-opened';
  /** Also the number of the reservation that opened it (capacity §5.3). */
  readonly poolId: number;
  /** Whose pool it is: to every other namespace it is unknown (capacity §13.1). */
  readonly namespace: string;
  readonly owner: number;
  readonly sponsor: number;
  readonly nodeIds: readonly string[];
}

/** What happens to a pool that is there; each kind is defined, decided and folded in the folder of its topic. */
export type PoolChanged = CreditEvent | MemberEvent | ExhaustionEvent | GraceEvent;

export type PoolEvent = PoolOpened | PoolChanged;
