import { times } from '../amount/exact.js';
import type { Seconds } from '../amount/instant.js';
import { NOTHING, plusEach, type Amounts } from '../amount/per-dimension.js';
import type { PoolCommand } from '../pool/commands.js';
import type { WorkloadRates } from '../pool/member/commands.js';

/** A workload of a reservation from before there were pools. */
export interface OldWorkload extends WorkloadRates {
  readonly nodeId: string;
  /** When it would have ended; seconds, with a fraction. */
  readonly expiresAt: number;
}

/** Everything a customer runs on a farm. */
export interface Migration {
  readonly poolId: number;
  readonly namespace: string;
  readonly customerTid: number;
  /** The farm's live nodes. */
  readonly nodeIds: readonly string[];
  readonly workloads: readonly OldWorkload[];
  readonly at: Seconds;
}

/** What a workload had paid for: its rate for every whole second that was left, in milliunit-seconds. Not whole units, here only. */
const remainderOf = ({ rates, expiresAt }: OldWorkload, at: Seconds): Amounts => {
  const seconds = Math.max(0, Math.floor(expiresAt - at));
  return [times(rates[0], seconds), times(rates[1], seconds), times(rates[2], seconds)];
};

/** One pool for all of it, credited with what was left in every dimension and draining at once (capacity §10.1). */
export const migrate = ({ poolId, namespace, customerTid, nodeIds, workloads, at }: Migration): readonly PoolCommand[] => [
  { type: 'open', poolId, namespace, owner: customerTid, sponsor: 0, nodeIds, at },
  {
    type: 'credit',
    source: { cause: 'migration' },
    amounts: workloads.reduce<Amounts>((sum, workload) => plusEach(sum, remainderOf(workload, at)), NOTHING),
    nodeIds: [],
    at,
  },
  ...workloads.map(({ workloadId, rates, formulaVersion, nodeId }): PoolCommand => ({
    type: 'activate',
    workloadId,
    rates,
    formulaVersion,
    nodeId,
    at,
  })),
];
