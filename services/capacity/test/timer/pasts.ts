import { DEFAULT_POLICY, type PoolCommand } from '../../src/domain/index.js';
import type { Past } from '../resilience/planted.js';

export const NAMESPACE = 'acme';
export const NODE = 'node-1';
/** The workload that drains a pool of the past. */
export const WORKLOAD = 101;
const OWNER = 11;

/** A pool that was opened, credited and drained by one workload from an instant on. @param mCU what the workload takes, in milliunits */
export const drained = (poolId: number, at: number, cu: number, mCU: number, ...between: readonly PoolCommand[]): Past => ({
  poolId,
  commands: [
    { type: 'open', poolId, namespace: NAMESPACE, owner: OWNER, sponsor: 0, nodeIds: [NODE], at },
    { type: 'credit', source: { cause: 'test' }, amounts: [cu * 1_000, 0, 0], nodeIds: [], at },
    ...between,
    { type: 'activate', workloadId: WORKLOAD, rates: [mCU, 0, 0], formulaVersion: 2, nodeId: NODE, at },
  ],
});

/** Members are suspended for so long before they have to go. */
export const grace = (at: number, graceSeconds: number): PoolCommand => ({
  type: 'set-policy',
  policy: { ...DEFAULT_POLICY, graceSeconds, suspendsInGrace: true },
  at,
});

/** Room that is kept until an instant. */
export const holdUntil = (at: number, workloadId: number, until: number): PoolCommand => ({
  type: 'hold',
  workloadId,
  rates: [100, 0, 0],
  formulaVersion: 2,
  runForSeconds: 10,
  until,
  at,
});
