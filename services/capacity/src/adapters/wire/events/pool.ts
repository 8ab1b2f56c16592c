import type { PoolEvent } from '../../../domain/index.js';
import { amount, amounts, dimension } from '../amounts.js';
import { integer, oneOf, optional, text } from '../codec.js';
import { list } from '../collections.js';
import { eventsOf } from '../events.js';
import { byField, record } from '../record.js';

type EventOf<Type extends PoolEvent['type']> = Extract<PoolEvent, { readonly type: Type }>;

const source = byField<EventOf<'capacity-credited'>['source']>({
  reservationId: record({ reservationId: integer }),
  cause: record({ cause: text }),
});

const rebasedMember = record<EventOf<'rates-rebased'>['members'][number]>({ workloadId: integer, before: amounts, after: amounts });

/** The facts of a pool, as they stand on `drawdown.capacity.<NN>.pool.<id>` (capacity §13.1). */
export const poolEvents = eventsOf<PoolEvent>('drawdown.capacity.pool', {
  'pool-opened': { poolId: integer, namespace: text, owner: integer, sponsor: integer, nodeIds: list(text), at: integer },
  'capacity-credited': { source, amounts, nodesAdded: list(text), at: integer },
  'workload-held': { workloadId: integer, rates: amounts, formulaVersion: integer, until: integer, at: integer },
  'hold-released': { workloadId: integer, cause: oneOf('failed', 'expired', 'cancelled'), at: integer },
  'workload-activated': { workloadId: integer, rates: amounts, formulaVersion: integer, nodeId: optional(text), at: integer },
  'workload-released': { workloadId: integer, rates: amounts, cause: text, at: integer },
  'rates-rebased': { members: list(rebasedMember), missing: list(integer), formulaVersion: integer, at: integer },
  'dimension-exhausted': { dimension, dueAt: integer, detectedAt: integer, remainder: amount, workloadIds: list(integer), at: integer },
  'decommission-requested': { workloadIds: list(integer), dimension, graceUntil: integer, at: integer },
  'decommission-cancelled': { workloadIds: list(integer), cause: oneOf('replenished', 'no-longer-used'), at: integer },
  'workloads-reclaimed': { workloadIds: list(integer), at: integer },
  'dimension-replenished': { dimension, at: integer },
});
