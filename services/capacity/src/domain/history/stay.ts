import type { Seconds } from '../amount/instant.js';
import type { Amounts } from '../amount/per-dimension.js';
import type { PoolEvent } from '../pool/events.js';
import type { Pool } from '../pool/state.js';

/** How a workload stands to its pool; `released` once it has left or its hold has ended (capacity §13.4). */
export const STAY_STATES = ['held', 'active', 'grace', 'reclaimed', 'released'] as const;

export type StayState = (typeof STAY_STATES)[number];

/** A workload in a pool, from its hold or its activation to its end. */
export interface Stay {
  readonly workloadId: number;
  readonly state: StayState;
  /** Milliunits, as recorded. */
  readonly rates: Amounts;
  readonly formulaVersion: number;
  /** Absent where nobody said. */
  readonly nodeId: string | undefined;
  /** Absent of one that has never drained. */
  readonly since: Seconds | undefined;
  /** End of the hold or of the grace, or when it left; absent where nothing ends. */
  readonly until: Seconds | undefined;
}

/** A workload as it stands to a pool now; absent: it is neither a member nor held. */
export const stayOf = (pool: Pool, workloadId: number): Stay | undefined => {
  const member = pool.members.get(workloadId);
  if (member !== undefined) {
    const { rates, formulaVersion, nodeId, since, isReclaimed } = member;
    const until = pool.decommissions.get(workloadId)?.graceUntil;
    const state = isReclaimed ? 'reclaimed' : until === undefined ? 'active' : 'grace';
    return { workloadId, state, rates, formulaVersion, nodeId, since, until };
  }
  const hold = pool.holds.get(workloadId);
  if (hold === undefined) return undefined;
  const { rates, formulaVersion, until } = hold;
  return { workloadId, state: 'held', rates, formulaVersion, nodeId: undefined, since: undefined, until };
};

/** Ids of the workloads that an event names. */
const namedIn = (event: PoolEvent): readonly number[] => {
  if ('workloadId' in event) return [event.workloadId];
  if ('workloadIds' in event) return event.workloadIds;
  return 'members' in event ? event.members.map(({ workloadId }) => workloadId) : [];
};

const isUnchanged = (before: Pool, after: Pool, id: number): boolean =>
  before.members.get(id) === after.members.get(id) &&
  before.decommissions.get(id) === after.decommissions.get(id) &&
  before.holds.get(id) === after.holds.get(id);

/** Every workload that stands to the pool otherwise than before an event; those that have left, with what they took until then. */
export const changedStays = (before: Pool, event: PoolEvent, after: Pool): readonly Stay[] =>
  namedIn(event).flatMap(id => {
    if (isUnchanged(before, after, id)) return [];
    const now = stayOf(after, id);
    if (now !== undefined) return [now];
    const last = stayOf(before, id);
    return last === undefined ? [] : [{ ...last, state: 'released', until: event.at }];
  });
