import type { Dimension, Amounts } from '../amount/per-dimension.js';
import type { Horizon, Seconds } from '../amount/instant.js';
import type { NumberMap } from '../collection/number-map.js';

/** A workload that drains the pool. */
export interface Member {
  /** Milliunits, as recorded when it was added or last rebased: these are what a removal takes back (capacity §12 D4). */
  readonly rates: Amounts;
  readonly formulaVersion: number;
  /** Absent where the one who added it did not say. */
  readonly nodeId?: string | undefined;
  readonly since: Seconds;
  /** Its grace is over: no credit saves it any more. It drains until its node confirms that it is gone (capacity §7, §9). */
  readonly isReclaimed: boolean;
}

/** Room kept for a workload that was admitted and is not running yet. Drains nothing (capacity §12 D7, §15.3). */
export interface Hold {
  readonly rates: Amounts;
  readonly formulaVersion: number;
  /** It lapses at this second. */
  readonly until: Seconds;
}

/** A member that has to go because a dimension it uses ran empty; a credit may still save it. */
export interface Decommission {
  readonly dimension: Dimension;
  readonly graceUntil: Seconds;
}

/** A credit that was taken into the balance. */
export interface Credit {
  readonly at: Seconds;
  readonly amounts: Amounts;
}

/** What drains: a balance at an instant and the rates from then on (capacity §3). */
export interface Account {
  /** Milliunit-seconds left at `asOf`; never negative. */
  readonly balance: Amounts;
  /** Milliunits; the sum of the rates of the members, exactly. */
  readonly rates: Amounts;
  /** The second the balance refers to. Never goes back. */
  readonly asOf: Seconds;
  /** Milliunit-seconds that were used and found no balance: forgiven, but counted (capacity §12 D13). */
  readonly unfunded: Amounts;
}

/** The aggregate: a prepaid pool, folded from its events. */
export interface Pool extends Account {
  readonly id: number;
  /** The tenant that owns it; never changes. */
  readonly namespace: string;
  /** Whoever signed the reservation that opened it. */
  readonly owner: number;
  /** Sponsor at creation, 0 for none; never changes. */
  readonly sponsor: number;
  /** Where it may be used: unique, sorted; the order means nothing. */
  readonly nodeIds: readonly string[];
  /**
   * First second at which a used balance cannot pay any more; absent: never. Computed whenever something changes, and left alone by a mere
   * settling (capacity §3.2, §3.3).
   */
  readonly emptyAt: Horizon;
  /** First second at which a dimension is to be recorded as exhausted: those that are recorded already do not count. */
  readonly exhaustsAt: Horizon;
  /** Milliunit-seconds credited in all. */
  readonly credited: Amounts;
  /** By workload id. */
  readonly members: NumberMap<Member>;
  /** By workload id; none of them is a member. */
  readonly holds: NumberMap<Hold>;
  /** Sum of the rates of the holds. */
  readonly heldRates: Amounts;
  /** By workload id; those that a credit can still save. */
  readonly decommissions: NumberMap<Decommission>;
  /** Dimensions that were recorded as exhausted and still are. */
  readonly exhausted: readonly Dimension[];
  /** By reservation id: what makes a reservation credit once (capacity §6.6, §13.2). */
  readonly credits: NumberMap<Credit>;
  /** Latest instant of any event; no command is decided at an earlier one (capacity §13.1). */
  readonly lastAt: Seconds;
}
