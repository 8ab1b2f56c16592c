import type { PoolEvent } from '../../../domain/index.js';
import { amount, amounts, bigInteger, dimension, perDimension } from '../amounts.js';
import { flag, integer, oneOf, optional, text } from '../codec.js';
import { list } from '../collections.js';
import { policy } from '../policy.js';
import { eventsOf } from '../events.js';
import { cargo, lotTerms } from '../lots.js';
import { byField, record } from '../record.js';
import { schedule } from '../schedule.js';

type EventOf<Type extends PoolEvent['type']> = Extract<PoolEvent, { readonly type: Type }>;

const source = byField<EventOf<'capacity-credited'>['source']>({
  reservationId: record({ reservationId: integer }),
  cause: record({ cause: text }),
});

const rebasedMember = record<EventOf<'rates-rebased'>['members'][number]>({ workloadId: integer, before: amounts, after: amounts });

const refundedLot = record<EventOf<'capacity-refunded'>['lots'][number]>({
  lot: integer,
  reservationId: optional(integer),
  amounts,
  asset: text,
  payment: bigInteger,
});

const expiredLot = record<EventOf<'lots-expired'>['lots'][number]>({ lot: integer, amounts });

const measure = oneOf('time', 'share');

const purpose = oneOf('transfer', 'repayment');

/** The facts of a pool, as they stand on `drawdown.capacity.<NN>.pool.<id>` (capacity §13.1). */
export const poolEvents = eventsOf<PoolEvent>('drawdown.capacity.pool', {
  'pool-opened': { poolId: integer, namespace: text, owner: integer, sponsor: integer, nodeIds: list(text), at: integer },
  'capacity-credited': { source, amounts, nodesAdded: list(text), bought: lotTerms.bought, expiresAt: lotTerms.expiresAt, at: integer },
  'credit-voided': { reservationId: integer, code: text, at: integer },
  'workload-held': {
    workloadId: integer,
    rates: amounts,
    formulaVersion: integer,
    nodeId: optional(text),
    until: integer,
    runForSeconds: optional(integer),
    at: integer,
  },
  'hold-released': { workloadId: integer, cause: oneOf('failed', 'expired', 'cancelled'), at: integer },
  'workload-activated': {
    workloadId: integer,
    rates: amounts,
    formulaVersion: integer,
    nodeId: optional(text),
    priority: optional(integer),
    at: integer,
  },
  'workload-released': { workloadId: integer, rates: amounts, cause: text, at: integer },
  'rates-rebased': { members: list(rebasedMember), missing: list(integer), formulaVersion: integer, at: integer },
  'dimension-exhausted': { dimension, dueAt: integer, detectedAt: integer, remainder: amount, workloadIds: list(integer), at: integer },
  'decommission-requested': { workloadIds: list(integer), dimension, graceUntil: integer, at: integer },
  'decommission-cancelled': { workloadIds: list(integer), cause: oneOf('replenished', 'no-longer-used'), at: integer },
  'workloads-reclaimed': { workloadIds: list(integer), at: integer },
  'workloads-suspended': { workloadIds: list(integer), cause: oneOf('exhausted', 'capped', 'paused'), at: integer },
  'workloads-resumed': { workloadIds: list(integer), cause: oneOf('replenished', 'unpaused'), at: integer },
  'unfunded-cap-reached': { dimension, unfunded: amount, at: integer },
  'pool-paused': { cause: text, at: integer },
  'pool-resumed': { cause: text, at: integer },
  'threshold-crossed': { measure, threshold: integer, value: integer, at: integer },
  'thresholds-cleared': { measure, thresholds: list(integer), stillCrossed: optional(integer), value: integer, at: integer },
  'top-up-due': { topUpId: integer, amounts, until: integer, at: integer },
  'top-up-ended': { topUpId: integer, cause: oneOf('credited', 'failed', 'expired'), retryAt: optional(integer), at: integer },
  'policy-changed': { policy, at: integer },
  'dimension-replenished': { dimension, at: integer },
  'nodes-changed': { added: list(text), removed: list(text), cause: text, at: integer },
  'capacity-refunded': {
    refundId: text,
    cause: oneOf('requested', 'payment-reversed'),
    lots: list(refundedLot),
    amounts,
    at: integer,
  },
  'refund-paid': { refundId: text, at: integer },
  'lots-expired': { lots: list(expiredLot), amounts, at: integer },
  'capacity-transferred-out': { transferId: text, peer: integer, owner: integer, purpose, isConsented: flag, ...cargo, at: integer },
  'capacity-transferred-in': { transferId: text, peer: integer, ...cargo, at: integer },
  'capacity-transfer-settled': { transferId: text, peer: integer, at: integer },
  'capacity-transfer-refused': { transferId: text, peer: integer, code: text, at: integer },
  'capacity-transfer-voided': { transferId: text, peer: integer, at: integer },
  'capacity-transfer-returned': { transferId: text, peer: integer, purpose, ...cargo, code: text, at: integer },
  'merge-begun': { mergeId: text, into: integer, isConsented: flag, at: integer },
  'merge-stopped': { mergeId: text, code: text, at: integer },
  'borrowing-changed': { parent: integer, limit: amounts, isConsented: flag, at: integer },
  'borrowing-leaving': { at: integer },
  'borrowing-ended': { parent: integer, code: optional(text), at: integer },
  'borrowing-answered': { answer: integer, granted: amounts, isCut: perDimension(flag), lost: amounts, level: integer, at: integer },
  'loan-heard': { news: integer, at: integer },
  'loan-scheduled': {
    child: integer,
    news: integer,
    schedule,
    promised: amounts,
    limit: amounts,
    granted: amounts,
    isCut: perDimension(flag),
    charged: amounts,
    at: integer,
  },
  'loan-granted': { child: integer, granted: amounts, isCut: perDimension(flag), at: integer },
  'loan-reclaimed': { child: integer, dimension, at: integer },
  'loan-repaid': { transferId: text, child: integer, amounts, at: integer },
  'answer-heard': { child: integer, answer: integer, at: integer },
  'loan-ended': { child: integer, news: integer, charged: amounts, at: integer },
  'ownership-transferred': {
    from: integer,
    to: integer,
    nonce: text,
    json: text,
    fromSignature: text,
    toSignature: text,
    at: integer,
  },
  'pool-closed': { cause: text, forfeited: amounts, at: integer },
});
