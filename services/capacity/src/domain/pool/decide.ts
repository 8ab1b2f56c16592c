import { Refusal } from '@drawdown/errors';
import type { Seconds } from '../amount/instant.js';
import type { ChangePool, PoolCommand } from './commands.js';
import { recordAlerts } from './alert/alert.js';
import { meansFor, recordResumed } from './grace/resume.js';
import { hold, holdAll } from './admission/decide.js';
import { close, requireNotClosed } from './closing/decide.js';
import { credit, voidCredit } from './credit/decide.js';
import { catchUp, checkDue, isOverdue } from './due/due.js';
import { recordReplenished } from './due/replenish.js';
import type { PoolChanged, PoolEvent } from './events.js';
import { answerLoan, borrow, endBorrowing, hearLoan, loseParent, recordRepayment } from './loan/borrow.js';
import { recordGrants } from './loan/grant.js';
import { hearAnswer, loseChild, repayLoan, scheduleLoan } from './loan/lend.js';
import { confirmPayout, refund, reversePayment } from './lot/decide.js';
import { activate, rebase, release, replace } from './member/decide.js';
import { changeNodes } from './node/decide.js';
import { open, opened } from './opening.js';
import { transferOwnership } from './ownership/decide.js';
import { pause, pauseWorkloads, resume, resumeWorkloads } from './pause/decide.js';
import { setPolicy } from './policy/decide.js';
import { Recording } from './recording.js';
import type { Pool } from './state.js';
import { endTopUp, recordTopUps } from './topup/top-up.js';
import { refuseTransfer, returnTransfer, settleTransfer, transferIn, transferOut, voidTransfer } from './transfer/decide.js';
import { merge } from './transfer/merge.js';

/** What a command comes to, and the pool after it: what folding the events gives. */
export interface Decision {
  readonly events: readonly PoolEvent[];
  readonly pool: Pool;
}

/**
 * Decides a command and folds what comes of it, once. What the pool had due before comes first (capacity §13.6). Nothing at all is recorded of
 * a command that changes nothing: a workload added twice, a removal of none, a reservation credited again, a check that finds nothing.
 * @throws Refusal `POOL_NOT_FOUND`, `POOL_EXISTS`, `INVALID_AMOUNT`, `CAPACITY_OVERFLOW`, `CAPACITY_INSUFFICIENT`; nothing is recorded then.
 */
export const executePool = (command: PoolCommand, pool: Pool | undefined): Decision => {
  if (command.type === 'open') {
    const event = open(command, pool);
    return { events: [event], pool: opened(event) };
  }
  if (pool === undefined) throw new Refusal('POOL_NOT_FOUND', 'there is no such pool');
  const at = Math.max(command.at, pool.lastAt);
  const recording = new Recording(pool);
  if (command.type === 'check') checkDue(recording, at);
  else if (!recordChange(recording, command, at)) return { events: [], pool };
  return { events: recording.events, pool: recording.pool };
};

/** The events of `executePool`. */
export const decidePool = (command: PoolCommand, pool: Pool | undefined): readonly PoolEvent[] => executePool(command, pool).events;

/** Whether the command changed anything. */
const recordChange = (recording: Recording, command: ChangePool, at: Seconds): boolean => {
  if (isOverdue(recording.pool, at)) catchUp(recording, at);
  requireNotClosed(command, recording.pool);
  const before = meansFor(recording.pool, at);
  const changes = decideChange(command, recording.pool, at);
  if (changes.length === 0) return false;
  recording.recordAll(changes);
  recordRepayment(recording, changes, at);
  recordResumed(recording, before, at);
  recordReplenished(recording, changes, at);
  recordAlerts(recording, at);
  recordTopUps(recording, at);
  recordGrants(recording, at);
  return true;
};

const decideChange = (command: ChangePool, pool: Pool, at: Seconds): readonly PoolChanged[] => {
  switch (command.type) {
    case 'credit':
      return credit(command, pool, at);
    case 'void-credit':
      return voidCredit(command, pool, at);
    case 'hold':
      return hold(command, pool, at);
    case 'hold-all':
      return holdAll(command, pool, at);
    case 'end-top-up':
      return endTopUp(command, pool, at);
    case 'set-policy':
      return setPolicy(command, pool, at);
    case 'pause':
      return pause(command, pool, at);
    case 'resume':
      return resume(command, pool, at);
    case 'pause-workloads':
      return pauseWorkloads(command, pool, at);
    case 'resume-workloads':
      return resumeWorkloads(command, pool, at);
    case 'activate':
      return activate(command, pool, at);
    case 'release':
      return release(command, pool, at);
    case 'replace':
      return replace(command, pool, at);
    case 'rebase':
      return rebase(command, pool, at);
    case 'change-nodes':
      return changeNodes(command, pool, at);
    case 'refund':
      return refund(command, pool, at);
    case 'reverse-payment':
      return reversePayment(command, pool, at);
    case 'confirm-payout':
      return confirmPayout(command, pool, at);
    case 'transfer-out':
      return transferOut(command, pool, at);
    case 'transfer-in':
      return transferIn(command, pool, at);
    case 'transfer-settled':
      return settleTransfer(command, pool, at);
    case 'transfer-refused':
      return refuseTransfer(command, pool, at);
    case 'void-transfer':
      return voidTransfer(command, pool, at);
    case 'transfer-returned':
      return returnTransfer(command, pool, at);
    case 'merge':
      return merge(command, pool, at);
    case 'borrow':
      return borrow(command, pool, at);
    case 'end-borrowing':
      return endBorrowing(pool, at);
    case 'schedule-loan':
      return scheduleLoan(command, pool, at);
    case 'loan-heard':
      return hearLoan(command, pool, at);
    case 'parent-lost':
      return loseParent(command, pool, at);
    case 'answer-loan':
      return answerLoan(command, pool, at);
    case 'answer-heard':
      return hearAnswer(command, pool, at);
    case 'child-lost':
      return loseChild(command, pool, at);
    case 'repay-loan':
      return repayLoan(command, pool, at);
    case 'transfer-ownership':
      return transferOwnership(command, pool, at);
    case 'close':
      return close(command, pool, at);
  }
};
