import { Refusal } from '@drawdown/errors';
import { NOTHING } from '../amount/per-dimension.js';
import { NumberMap } from '../collection/number-map.js';
import { NO_ALERTS } from './alert/state.js';
import type { OpenPool } from './commands.js';
import { copyOf } from './draft.js';
import type { PoolOpened } from './events.js';
import { NO_FLOWS } from './flows.js';
import { NO_LOTS } from './lot/state.js';
import { sortedUnion } from './nodes.js';
import { DEFAULT_POLICY } from './policy/policy.js';
import { NO_TOP_UPS } from './topup/state.js';
import type { Pool } from './state.js';
import { NO_TRANSFERS } from './transfer/state.js';

/** @throws Refusal `POOL_EXISTS` */
export const open = ({ poolId, namespace, owner, sponsor, nodeIds, at }: OpenPool, pool: Pool | undefined): PoolOpened => {
  if (pool !== undefined) throw new Refusal('POOL_EXISTS', `pool ${poolId} is open already`, { pool: String(poolId) });
  return { type: 'pool-opened', poolId, namespace, owner, sponsor, nodeIds, at };
};

/** The pool that an opening makes (capacity §3.1). */
export const opened = ({ poolId, namespace, owner, sponsor, nodeIds, at }: PoolOpened): Pool =>
  copyOf({
    id: poolId,
    namespace,
    owner,
    sponsor,
    nodeIds: sortedUnion([], nodeIds),
    balance: NOTHING,
    rates: NOTHING,
    asOf: at,
    emptyAt: undefined,
    exhaustsAt: undefined,
    unfunded: NOTHING,
    isPaused: false,
    policy: DEFAULT_POLICY,
    afterCredit: NOTHING,
    alerts: NO_ALERTS,
    topUps: NO_TOP_UPS,
    credited: NOTHING,
    members: NumberMap.empty(),
    holds: NumberMap.empty(),
    heldRates: NOTHING,
    holdsEndAt: undefined,
    runs: NumberMap.empty(),
    pausedRates: NOTHING,
    decommissions: NumberMap.empty(),
    graceEndsAt: undefined,
    exhausted: [],
    unfundedBefore: NOTHING,
    capped: [],
    credits: NumberMap.empty(),
    voidedCredits: NumberMap.empty(),
    flows: NO_FLOWS,
    lots: NO_LOTS,
    transfers: NO_TRANSFERS,
    borrowing: undefined,
    lending: undefined,
    messages: 0,
    ownershipNonces: [],
    closing: undefined,
    lastAt: at,
  });
