import type { DecidedAt } from './at-instant.js';
import type { ClosePool } from './closing/commands.js';
import type { CreditPool, VoidCredit } from './credit/commands.js';
import type { LoanCommand } from './loan/commands.js';
import type { LotCommand } from './lot/commands.js';
import type { ActivateWorkload, HoldWorkload, HoldWorkloads, RebaseRates, ReleaseWorkload, ReplaceWorkload } from './member/commands.js';
import type { ChangeNodes } from './node/commands.js';
import type { TransferOwnership } from './ownership/commands.js';
import type { PauseCommand } from './pause/commands.js';
import type { SetPolicy } from './policy/commands.js';
import type { EndTopUp } from './topup/commands.js';
import type { TransferCommand } from './transfer/commands.js';

export type { CreditPool };

/** The reservation's checks come before (capacity §6.1). */
export interface OpenPool extends DecidedAt {
  readonly type: 'open';
  readonly poolId: number;
  /** The tenant of whoever opens it (capacity §13.1). */
  readonly namespace: string;
  readonly owner: number;
  /** 0 for none. */
  readonly sponsor: number;
  readonly nodeIds: readonly string[];
}

/** Records what is due at this instant or was before (capacity §13.5). */
export interface CheckDepletion extends DecidedAt {
  readonly type: 'check';
}

/** What changes a pool that is there; each kind is decided in the folder of its topic. */
export type ChangePool =
  | ClosePool
  | ChangeNodes
  | LotCommand
  | LoanCommand
  | TransferCommand
  | TransferOwnership
  | CreditPool
  | VoidCredit
  | HoldWorkload
  | HoldWorkloads
  | PauseCommand
  | SetPolicy
  | EndTopUp
  | ActivateWorkload
  | ReleaseWorkload
  | ReplaceWorkload
  | RebaseRates;

export type PoolCommand = OpenPool | CheckDepletion | ChangePool;
