import { membership, type Amounts, type Seconds } from '../../domain/index.js';
import type { Question } from './question.js';

export interface StandingsAsked {
  readonly workloads: readonly { readonly workloadId: number; readonly rates: Amounts }[];
}

/** How a workload stands to a pool. */
export interface Standing {
  readonly workloadId: number;
  /** Compared with the rates that were asked with. */
  readonly membership: 'none' | 'same-rates' | 'other-rates';
  /** As recorded; absent where it is neither a member nor held. */
  readonly recorded: { readonly rates: Amounts; readonly formulaVersion: number; readonly nodeId: string | undefined } | undefined;
  /** End of its hold; absent where nothing is held. */
  readonly heldUntil: Seconds | undefined;
}

/** How workloads stand to a pool (capacity §12 D5, §15.3). */
export const getStandings: Question<'pool', StandingsAsked, readonly Standing[]> = {
  kind: 'pool',
  answer: (pool, { workloads }) =>
    workloads.map(({ workloadId, rates }) => {
      const member = pool.members.get(workloadId);
      const hold = pool.holds.get(workloadId);
      const known = member ?? hold;
      return {
        workloadId,
        membership: membership(pool, workloadId, rates),
        recorded: known && { rates: known.rates, formulaVersion: known.formulaVersion, nodeId: member?.nodeId },
        heldUntil: hold?.until,
      };
    }),
};
