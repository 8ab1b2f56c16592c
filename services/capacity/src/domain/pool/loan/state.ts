import type { Exact } from '../../amount/exact.js';
import type { Seconds } from '../../amount/instant.js';
import type { Amounts, PerDimension } from '../../amount/per-dimension.js';
import type { NumberMap } from '../../collection/number-map.js';

/** From an instant on, seconds cost this much, in milliunits, until the next step. */
export interface Step {
  readonly from: Exact;
  readonly rate: Exact;
}

/** What a pool is going to take from its parent, ascending by instant (capacity §15.8). */
export type Schedule = PerDimension<readonly Step[]>;

/** Of a child: what it may owe its parent and what it does. */
export interface Borrowing {
  readonly parent: number;
  /** `joining` until the parent has answered; `leaving` until it has let go. */
  readonly status: 'joining' | 'joined' | 'leaving';
  readonly isConsented: boolean;
  /** Most that it wants to owe, in milliunit-seconds. */
  readonly limit: Amounts;
  /** Most that the parent lets it owe, as last heard. */
  readonly granted: Amounts;
  /** Dimensions in which the parent lends nothing more, as last heard. */
  readonly isCut: PerDimension<boolean>;
  /** All that it ever borrowed, up to the instant of the balance. */
  readonly borrowed: Amounts;
  /** All that it ever paid back; what came back is taken off again. */
  readonly repaid: Amounts;
  /** Pools above it, once it has joined: at least 1. */
  readonly level: number;
  /** Numbers of the first and of the last news for the parent, of the last that the parent knows, and of the parent's last answer. */
  readonly firstNews: number;
  readonly news: number;
  readonly told: number;
  readonly heard: number;
}

/** Of a parent: what it lends to one child. */
export interface Loan {
  /** Its place among the loans: the later, the sooner it ends when the parent runs empty. */
  readonly ordinal: number;
  /** Number of the child's last news; older news is ignored. */
  readonly heard: number;
  readonly schedule: Schedule;
  /** Since when the child has owed something; before that, when it is going to. */
  readonly since: PerDimension<Exact | undefined>;
  /** Most that the child wants to owe, and most that it may. */
  readonly limit: Amounts;
  readonly granted: Amounts;
  /** Dimensions in which the parent could not go on lending; granted anew when the parent gets more. */
  readonly isCut: PerDimension<boolean>;
  /** All that was ever lent to it, up to the instant of the balance. */
  readonly lent: Amounts;
  /** All that came back, and all that the child says it sent back: what is on its way makes room for the child already. */
  readonly repaid: Amounts;
  readonly promised: Amounts;
  /** Numbers of the last answer for the child, and of the last that the child knows. */
  readonly answer: number;
  readonly told: number;
  /** When that answer was given. */
  readonly answeredAt: Seconds;
}

/** What a pool lends. */
export interface Lending {
  /** By child. */
  readonly loans: NumberMap<Loan>;
  readonly lastOrdinal: number;
  /** Last news of children that have left, for ever: what they said before counts no more, however late it comes. */
  readonly left: NumberMap<{ readonly news: number }>;
}

/** What a tree adds to what an account drains, and from what: absent for a pool that stands alone. */
export interface InTree {
  readonly borrowing?: Borrowing | undefined;
  readonly lending?: Lending | undefined;
}
