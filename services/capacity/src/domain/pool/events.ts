import type { AlertEvent } from './alert/events.js';
import type { RecordedAt } from './at-instant.js';
import type { PoolClosed } from './closing/events.js';
import type { CreditEvent } from './credit/events.js';
import type { ExhaustionEvent } from './due/events.js';
import type { GraceEvent } from './grace/events.js';
import type { LoanEvent } from './loan/events.js';
import type { LotEvent } from './lot/events.js';
import type { MemberEvent } from './member/events.js';
import type { NodesChanged } from './node/events.js';
import type { OwnershipTransferred } from './ownership/events.js';
import type { PauseEvent } from './pause/events.js';
import type { PolicyChanged } from './policy/events.js';
import type { TopUpEvent } from './topup/events.js';
import type { TransferEvent } from './transfer/events.js';

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
export type PoolChanged =
  | PoolClosed
  | NodesChanged
  | LotEvent
  | LoanEvent
  | TransferEvent
  | OwnershipTransferred
  | CreditEvent
  | MemberEvent
  | ExhaustionEvent
  | GraceEvent
  | PauseEvent
  | PolicyChanged
  | AlertEvent
  | TopUpEvent;

export type PoolEvent = PoolOpened | PoolChanged;
