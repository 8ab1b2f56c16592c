import { closed } from './closing/evolve.js';
import { alerted } from './alert/evolve.js';
import { credited, creditVoided } from './credit/evolve.js';
import { copyOf, type Draft } from './draft.js';
import { exhausted, replenished } from './due/evolve.js';
import type { PoolChanged, PoolEvent } from './events.js';
import { capReached, decommissionRequested, dropDecommissions, reclaimed, resumed, suspended } from './grace/evolve.js';
import {
  answerHeard,
  borrowingAnswered,
  borrowingChanged,
  borrowingEnded,
  borrowingLeaving,
  loanEnded,
  loanGranted,
  loanHeard,
  loanReclaimed,
  loanRepaid,
  loanScheduled,
} from './loan/evolve.js';
import { lotsExpired, refunded, refundPaid } from './lot/evolve.js';
import { activated, held, holdReleased, rebased, released } from './member/evolve.js';
import { nodesChanged } from './node/evolve.js';
import { opened } from './opening.js';
import { ownershipTransferred } from './ownership/evolve.js';
import { pausedOrResumed } from './pause/evolve.js';
import { policyChanged } from './policy/evolve.js';
import { topUpDue, topUpEnded } from './topup/evolve.js';
import type { Pool } from './state.js';
import {
  mergeBegun,
  mergeStopped,
  transferredIn,
  transferredOut,
  transferRefused,
  transferReturned,
  transferSettled,
  transferVoided,
} from './transfer/evolve.js';

/** A pool that nobody has opened. */
export const NO_POOL = undefined;

/**
 * What the pool is after an event; the same events always give the same pool, bit for bit (capacity §4). The pool passed stays as it is.
 * @throws TypeError when the first event is not that of opening: the log is damaged.
 */
export const evolvePool = (pool: Pool | undefined, event: PoolEvent): Pool => {
  if (event.type === 'pool-opened') return opened(event);
  if (pool === undefined) throw new TypeError(`a pool begins with pool-opened, not with ${event.type}`);
  const next = copyOf(pool);
  apply(next, event);
  return next;
};

/** Changes a copy that nobody else has. */
export const apply = (next: Draft, event: PoolChanged): void => {
  change(next, event);
  if (event.at > next.lastAt) next.lastAt = event.at;
};

const change = (next: Draft, event: PoolChanged): void => {
  switch (event.type) {
    case 'capacity-credited':
      return credited(next, event);
    case 'credit-voided':
      return creditVoided(next, event);
    case 'workload-held':
      return held(next, event);
    case 'hold-released':
      return holdReleased(next, event.workloadId);
    case 'workload-activated':
      return activated(next, event);
    case 'workload-released':
      return released(next, event);
    case 'rates-rebased':
      return rebased(next, event);
    case 'dimension-exhausted':
      return exhausted(next, event);
    case 'dimension-replenished':
      return replenished(next, event);
    case 'decommission-requested':
      return decommissionRequested(next, event);
    case 'decommission-cancelled':
      return dropDecommissions(next, event.workloadIds);
    case 'workloads-reclaimed':
      return reclaimed(next, event.workloadIds);
    case 'workloads-suspended':
      return suspended(next, event);
    case 'workloads-resumed':
      return resumed(next, event);
    case 'unfunded-cap-reached':
      return capReached(next, event);
    case 'pool-paused':
      return pausedOrResumed(next, event.at, true);
    case 'pool-resumed':
      return pausedOrResumed(next, event.at, false);
    case 'threshold-crossed':
    case 'thresholds-cleared':
      return alerted(next, event);
    case 'top-up-due':
      return topUpDue(next, event);
    case 'top-up-ended':
      return topUpEnded(next, event);
    case 'policy-changed':
      return policyChanged(next, event);
    case 'nodes-changed':
      return nodesChanged(next, event);
    case 'capacity-refunded':
      return refunded(next, event);
    case 'refund-paid':
      return refundPaid(next, event);
    case 'lots-expired':
      return lotsExpired(next, event);
    case 'capacity-transferred-out':
      return transferredOut(next, event);
    case 'capacity-transferred-in':
      return transferredIn(next, event);
    case 'capacity-transfer-settled':
      return transferSettled(next, event);
    case 'capacity-transfer-refused':
      return transferRefused(next, event);
    case 'capacity-transfer-voided':
      return transferVoided(next, event);
    case 'capacity-transfer-returned':
      return transferReturned(next, event);
    case 'merge-begun':
      return mergeBegun(next, event);
    case 'merge-stopped':
      return mergeStopped(next);
    case 'borrowing-changed':
      return borrowingChanged(next, event);
    case 'borrowing-leaving':
      return borrowingLeaving(next, event.at);
    case 'borrowing-ended':
      return borrowingEnded(next, event.at);
    case 'loan-heard':
      return loanHeard(next, event);
    case 'borrowing-answered':
      return borrowingAnswered(next, event);
    case 'loan-scheduled':
      return loanScheduled(next, event);
    case 'loan-granted':
      return loanGranted(next, event);
    case 'loan-reclaimed':
      return loanReclaimed(next, event);
    case 'loan-repaid':
      return loanRepaid(next, event);
    case 'answer-heard':
      return answerHeard(next, event);
    case 'loan-ended':
      return loanEnded(next, event);
    case 'ownership-transferred':
      return ownershipTransferred(next, event);
    case 'pool-closed':
      return closed(next, event);
  }
};
