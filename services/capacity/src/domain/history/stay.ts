import type { Seconds } from '../amount/instant.js';
import type { Amounts } from '../amount/per-dimension.js';
import type { PoolEvent } from '../pool/events.js';
import type { Decommission, Hold, Member, Pool } from '../pool/state.js';
import { touchedMembers } from './touched.js';

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

/** What a pool records of a workload. */
interface Entries {
  readonly member: Member | undefined;
  readonly decommission: Decommission | undefined;
  readonly hold: Hold | undefined;
}

const entriesOf = ({ members, decommissions, holds }: Pool, id: number): Entries => ({
  member: members.get(id),
  decommission: decommissions.get(id),
  hold: holds.get(id),
});

const isSame = (left: Entries, right: Entries): boolean =>
  left.member === right.member && left.decommission === right.decommission && left.hold === right.hold;

const stayFrom = (workloadId: number, { member, decommission, hold }: Entries): Stay | undefined => {
  if (member !== undefined) {
    const { rates, formulaVersion, nodeId, since, isReclaimed } = member;
    const until = decommission?.graceUntil;
    const state = isReclaimed ? 'reclaimed' : until === undefined ? 'active' : 'grace';
    return { workloadId, state, rates, formulaVersion, nodeId, since, until };
  }
  if (hold === undefined) return undefined;
  const { rates, formulaVersion, until } = hold;
  return { workloadId, state: 'held', rates, formulaVersion, nodeId: undefined, since: undefined, until };
};

/** A workload as it stands to a pool now; absent: it is neither a member nor held. */
export const stayOf = (pool: Pool, workloadId: number): Stay | undefined => stayFrom(workloadId, entriesOf(pool, workloadId));

/** Every workload that stands to the pool otherwise than before an event; those that have left, with what they took until then. */
export const changedStays = (before: Pool, event: PoolEvent, after: Pool): readonly Stay[] => {
  const ids = touchedMembers(event);
  // First all of the older pool and then all of the newer: to go from one to the other takes as long as they differ.
  const older = ids.map(id => entriesOf(before, id));
  const newer = ids.map(id => entriesOf(after, id));
  return ids.flatMap((id, index) => {
    const [was, is] = [older[index], newer[index]];
    if (was === undefined || is === undefined || isSame(was, is)) return [];
    const now = stayFrom(id, is);
    if (now !== undefined) return [now];
    const last = stayFrom(id, was);
    return last === undefined ? [] : [{ ...last, state: 'released', until: event.at }];
  });
};
