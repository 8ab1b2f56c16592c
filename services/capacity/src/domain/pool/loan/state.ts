import type { Exact } from '../../amount/exact.js';
import type { Amounts, PerDimension } from '../../amount/per-dimension.js';
import type { NumberMap } from '../../collection/number-map.js';

/** From an instant on, seconds cost this much, in milliunits, until the next step. */
export interface Step {
  readonly from: Exact;
  readonly rate: Exact;
}

/** What a pool is going to take from its parent, ascending; it ends with a step of rate 0 unless it never ends (capacity §15.8). */
export type Schedule = PerDimension<readonly Step[]>;

/** Of a child: what it may owe its parent and what it does. */
export interface Borrowing {
  readonly parent: number;
  /** `joining` until the parent has answered once; `leaving` until it has let go. */
  readonly status: 'joining' | 'joined' | 'leaving';
  readonly isConsented: boolean;
  /** Most that it wants to owe, in milliunit-seconds. */
  readonly limit: Amounts;
  /** Most that the parent lets it owe, as last heard. */
  readonly granted: Amounts;
  /** All that it ever borrowed, up to the instant of the balance. */
  readonly borrowed: Amounts;
  /** All that it ever paid back; what came back is taken off again. */
  readonly repaid: Amounts;
  /** Repayments begun so far: their ids count on. */
  readonly repayments: number;
  /** Pools above it; known once it has joined. */
  readonly level: number;
  /** Counts the changes that the parent has to know of. */
  readonly revision: number;
  /** The last of them that the parent has answered. */
  readonly answered: number;
  /** Number of the parent's last answer. */
  readonly heard: number;
}

/** Of a parent: what it lends to one child. */
export interface Loan {
  /** The child's count of changes; older news is ignored. */
  readonly revision: number;
  readonly schedule: Schedule;
  /** Most that the child wants to owe. */
  readonly limit: Amounts;
  /** Most that it may owe. */
  readonly granted: Amounts;
  /** All that was ever lent to it, up to the instant of the balance. */
  readonly lent: Amounts;
  readonly repaid: Amounts;
  /** Dimensions in which the parent could not go on lending; they are granted anew once it can. */
  readonly isCut: PerDimension<boolean>;
  /** Counts the answers that the child has to hear, and those that it has heard. */
  readonly answer: number;
  readonly told: number;
  /** The child leaves: the loan ends once it has heard the answer. */
  readonly isLeaving: boolean;
}

/** Loans by child. */
export type Lending = NumberMap<Loan>;
