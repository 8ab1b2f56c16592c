import type { Dimension, Amounts } from '../amount/per-dimension.js';
import type { Horizon, Seconds } from '../amount/instant.js';
import type { NumberMap } from '../collection/number-map.js';
import type { Alerts } from './alert/state.js';
import type { Policy } from './policy/policy.js';
import type { Closing } from './closing/state.js';
import type { Flows } from './flows.js';
import type { Borrowing, InTree, Lending } from './loan/state.js';
import type { Lots } from './lot/state.js';
import type { TopUps } from './topup/state.js';
import type { Transfers } from './transfer/state.js';

/** A workload that drains the pool. */
export interface Member {
  /** Milliunits, as recorded when it was added or last rebased: these are what a removal takes back (capacity §12 D4). */
  readonly rates: Amounts;
  readonly formulaVersion: number;
  /** Absent where the one who added it did not say. */
  readonly nodeId?: string | undefined;
  readonly since: Seconds;
  /** Of members in grace, those with more of it are resumed first (capacity §15.5). */
  readonly priority: number;
  /** Its grace is over: no credit saves it any more. It is a member until its node confirms that it is gone (capacity §7, §9). */
  readonly isReclaimed: boolean;
  /** It does not drain because what it uses ran out (capacity §15.5). */
  readonly isSuspended: boolean;
  /** It does not drain because somebody said so (capacity §15.6). */
  readonly isPaused: boolean;
}

/** Room kept for a workload that was admitted and is not running yet. Drains nothing (capacity §12 D7, §15.3). */
export interface Hold {
  readonly rates: Amounts;
  readonly formulaVersion: number;
  readonly nodeId?: string | undefined;
  /** It lapses at this second. */
  readonly until: Seconds;
}

/** Balance that is kept for a workload which was admitted for a given time (capacity §15.3). */
export interface Run {
  /** Milliunits. */
  readonly rates: Amounts;
  readonly seconds: number;
  /** When it began to run down; absent: the workload is not running yet. */
  readonly since: Seconds | undefined;
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
export interface Account extends InTree {
  /** Milliunit-seconds left at `asOf`; never negative. */
  readonly balance: Amounts;
  /** Milliunits; the sum of the rates of the members that are neither suspended nor paused, exactly. */
  readonly rates: Amounts;
  /** The second the balance refers to. Never goes back. */
  readonly asOf: Seconds;
  /** Milliunit-seconds that were used and found no balance: forgiven, but counted (capacity §12 D13). */
  readonly unfunded: Amounts;
  /** Whether the whole pool is paused: its rates are on record and drain nothing (capacity §15.6). */
  readonly isPaused: boolean;
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
  readonly policy: Policy;
  /** Milliunit-seconds of each dimension right after its last credit. */
  readonly afterCredit: Amounts;
  readonly alerts: Alerts;
  readonly topUps: TopUps;
  /** Milliunit-seconds credited in all. */
  readonly credited: Amounts;
  /** By workload id. */
  readonly members: NumberMap<Member>;
  /** By workload id; none of them is a member. */
  readonly holds: NumberMap<Hold>;
  /** Sum of the rates of the holds. */
  readonly heldRates: Amounts;
  /** The first second at which a hold lapses. */
  readonly holdsEndAt: Horizon;
  /** By workload id, of holds and of members. */
  readonly runs: NumberMap<Run>;
  /** Sum of the rates of the members that are paused and would drain otherwise. */
  readonly pausedRates: Amounts;
  /** By workload id; those that a credit can still save. */
  readonly decommissions: NumberMap<Decommission>;
  /** The first second at which somebody's grace ends. */
  readonly graceEndsAt: Horizon;
  /** Dimensions that were recorded as exhausted and still are. */
  readonly exhausted: readonly Dimension[];
  /** What was forgiven in all when each dimension was last exhausted. */
  readonly unfundedBefore: Amounts;
  /** Exhausted dimensions in which as much was forgiven since as the policy lets be. */
  readonly capped: readonly Dimension[];
  /** By reservation id: what makes a reservation credit once (capacity §6.6, §13.2). */
  readonly credits: NumberMap<Credit>;
  /** By reservation id: credits that were refused for good. */
  readonly voidedCredits: NumberMap<{ readonly code: string }>;
  /** What came and went besides credits and use. */
  readonly flows: Flows;
  /** Credits with a price or an end, and refunds (capacity §15.10). */
  readonly lots: Lots;
  /** From and to other pools (capacity §15.9). */
  readonly transfers: Transfers;
  /** What it may borrow of its parent; absent: it has none (capacity §15.8). */
  readonly borrowing: Borrowing | undefined;
  /** What it lends to its children; absent: it has none. */
  readonly lending: Lending | undefined;
  /** Counts the messages to its parent and its children, for ever. */
  readonly messages: number;
  /** Nonces of the texts that gave it to another owner, for ever. */
  readonly ownershipNonces: readonly string[];
  /** How it ended; absent: it has not. */
  readonly closing: Closing | undefined;
  /** Latest instant of any event; no command is decided at an earlier one (capacity §13.1). */
  readonly lastAt: Seconds;
}
