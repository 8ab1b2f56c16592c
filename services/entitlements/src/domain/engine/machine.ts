import type { InstantMs } from '@drawdown/calendar';
import { ZERO } from '@drawdown/quantity';
import type { UsageSums } from '../metering/usage-sums.js';
import type { BurnOrder } from './burn-order.js';
import { pay } from './burn.js';
import { GrantBoundaries } from './cut.js';
import { beginPeriod, rollOver } from './rollover.js';
import type { Snapshot } from './snapshot.js';
import { beginSegment, setBalance, stateFrom, type BurnState } from './state.js';

/** A reset inside a run, with its own choice about overage (entitlements §18 Q5). */
export interface EngineReset {
  readonly at: InstantMs;
  readonly preserveOverage: boolean;
}

/** Resets that lie ahead, ascending, one per instant. */
export interface ResetQueue {
  /** The next one, if there is one. */
  readonly next: EngineReset | undefined;
  /** Moves on to the one after it. */
  take(): void;
}

/** What ended a segment; `recurring` are indices in burn order. */
interface SegmentEnd {
  readonly priorityChange: boolean;
  readonly recurring: readonly number[];
  readonly usageReset: boolean;
  readonly rollover: boolean;
}

/** Told of each segment when it ends, while the state still holds it. */
export type SegmentListener = (state: BurnState, to: InstantMs, end: SegmentEnd) => void;

/** A run that can be carried on: state, what lies ahead, and how far usage has been counted. */
export interface Machine {
  readonly state: BurnState;
  readonly boundaries: GrantBoundaries;
  readonly resets: ResetQueue;
  /** Usage before it is in the state. */
  countedTo: InstantMs;
}

const NEVER = Number.POSITIVE_INFINITY;

const NOTHING: SegmentEnd = { priorityChange: false, recurring: [], usageReset: false, rollover: false };
const USAGE_RESET: SegmentEnd = { ...NOTHING, usageReset: true };
const ROLLOVER: SegmentEnd = { ...NOTHING, rollover: true };

/** @param marksUntil for histories: see `GrantBoundaries`. */
export const openMachine = (order: BurnOrder, start: Snapshot, resets: ResetQueue, marksUntil: InstantMs = start.at): Machine => {
  const state = stateFrom(order, start);
  pay(state, ZERO);
  return { state, boundaries: new GrantBoundaries(order, start.at, marksUntil), resets, countedTo: start.at };
};

/** The next instant at which something other than usage changes the state; infinity for never. */
export const nextBoundaryAt = (machine: Machine): InstantMs => Math.min(machine.boundaries.nextAt, machine.resets.next?.at ?? NEVER);

/** Who recurs at `at`, in burn order, each once (entitlements §18 Q13). */
const takeAllRecurring = (boundaries: GrantBoundaries, at: InstantMs): readonly number[] => {
  let index = boundaries.takeRecurring(at);
  if (index < 0) return NOTHING.recurring;
  const recurring: number[] = [];
  for (; index >= 0; index = boundaries.takeRecurring(at)) recurring.push(index);
  return recurring.sort((left, right) => left - right);
};

/** Ends, then activations, then recurrences of one instant (entitlements §6.7). */
const applyGrantChanges = (machine: Machine, at: InstantMs, recurring: readonly number[]): void => {
  const { state, boundaries } = machine;
  for (let index = boundaries.takeEnding(at); index >= 0; index = boundaries.takeEnding(at)) {
    state.active.remove(index);
    setBalance(state, index, ZERO);
  }
  for (let index = boundaries.takeStarting(at); index >= 0; index = boundaries.takeStarting(at)) {
    state.active.add(index);
    setBalance(state, index, state.order.grants[index]!.amount);
  }
  for (const index of recurring) setBalance(state, index, state.order.grants[index]!.amount);
};

/** Clamp what was there, let grants end, begin and recur, then pay kept overage (entitlements §6.6, §18 Q7). */
const crossReset = (machine: Machine, reset: EngineReset, listener: SegmentListener | undefined): void => {
  const { state, boundaries } = machine;
  listener?.(state, reset.at, USAGE_RESET);
  machine.resets.take();
  rollOver(state, reset.at);
  boundaries.passActivity(reset.at);
  applyGrantChanges(machine, reset.at, takeAllRecurring(boundaries, reset.at));
  beginPeriod(state, reset.at, reset.preserveOverage);
  beginSegment(state, reset.at);
  pay(state, ZERO);
  listener?.(state, reset.at, ROLLOVER);
};

const crossGrantBoundary = (machine: Machine, at: InstantMs, listener: SegmentListener | undefined): void => {
  const { state, boundaries } = machine;
  const priorityChange = boundaries.passActivity(at);
  const recurring = takeAllRecurring(boundaries, at);
  listener?.(state, at, { priorityChange, recurring, usageReset: false, rollover: false });
  applyGrantChanges(machine, at, recurring);
};

/** Ends the open segment at `at`, applies everything that happens there, and opens the next. */
const cross = (machine: Machine, at: InstantMs, listener: SegmentListener | undefined): void => {
  const reset = machine.resets.next;
  if (reset?.at === at) crossReset(machine, reset, listener);
  else crossGrantBoundary(machine, at, listener);
  beginSegment(machine.state, at);
  pay(machine.state, ZERO);
};

const countTo = (machine: Machine, usage: UsageSums, at: InstantMs): void => {
  if (machine.countedTo >= at) return;
  const used = usage.between(machine.countedTo, at);
  machine.countedTo = at;
  if (used !== ZERO) pay(machine.state, used);
};

/**
 * Applies what happens in `(now, until]` and counts usage before `countUntil`, which may lie further ahead as long as no boundary does.
 * The last segment stays open.
 */
export const advance = (
  machine: Machine,
  usage: UsageSums,
  until: InstantMs,
  countUntil: InstantMs = until,
  listener?: SegmentListener,
): void => {
  for (let at = nextBoundaryAt(machine); at <= until; at = nextBoundaryAt(machine)) {
    countTo(machine, usage, at);
    cross(machine, at, listener);
  }
  countTo(machine, usage, countUntil);
};

/** Ends the open segment because the question ends. */
export const finish = (machine: Machine, until: InstantMs, listener: SegmentListener): void => {
  listener(machine.state, until, NOTHING);
};
