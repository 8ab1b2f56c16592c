import { MINUTE_MS, ceilToMinute, floorToMinute, meanLengthMs, type InstantMs } from '@drawdown/calendar';
import { ZERO, type Quantity } from '@drawdown/quantity';
import { pay, undoSegment } from '../engine/burn.js';
import { advance, nextBoundaryAt, type Machine, type SegmentListener } from '../engine/machine.js';
import { withoutInactiveGrants, type Snapshot } from '../engine/snapshot.js';
import { segmentStartOf, snapshotOf } from '../engine/state.js';
import type { MeteredEntitlement } from '../entitlement/entitlement.js';
import type { MinuteSums } from '../metering/running-sums.js';
import { CHECKPOINTS_MAX, Checkpoints } from './checkpoints.js';
import { openEntitlement, readingOf, startOfMeasurement, stateAt, type BalanceReading } from './read.js';

/** What decisions are made on: boundaries up to the running minute, all usage known in it (entitlements §19.1). */
export interface CurrentBalance {
  /** Sum over active grants. */
  readonly balance: Quantity;
  readonly overage: Quantity;
  readonly usageInPeriod: Quantity;
  readonly startOfPeriod: InstantMs;
  readonly hasAccess: boolean;
}

/**
 * An entitlement's balance kept ready. It holds the open segment, so one more event in it costs a constant; time moves on one boundary at a
 * time; an event before the open segment starts again from the latest checkpoint before it. Whatever happened in whatever order, its
 * answers are those of a run from the start of measurement.
 *
 * It owns `usage`: amounts are to be added through `record` alone, or before it is made.
 */
export class WarmBalance {
  readonly usage: MinuteSums;
  #entitlement: MeteredEntitlement;
  readonly #checkpoints: Checkpoints;
  #machine: Machine;
  /** The running minute: boundaries up to it have been crossed, usage before its end is counted. */
  #minute: InstantMs;

  /**
   * @param now not before the start of measurement.
   * @param checkpoints snapshots of this entitlement taken with these grants, resets and usage before them.
   */
  constructor(entitlement: MeteredEntitlement, usage: MinuteSums, now: InstantMs, checkpoints: readonly Snapshot[] = []) {
    this.usage = usage;
    this.#entitlement = entitlement;
    this.#checkpoints = new Checkpoints(checkpoints);
    this.#minute = Math.max(floorToMinute(now), entitlement.measureUsageFrom);
    this.#machine = this.#rebuild();
  }

  get entitlement(): MeteredEntitlement {
    return this.#entitlement;
  }

  /** The next instant at which something other than usage changes the state. */
  get nextBoundaryAt(): InstantMs {
    return nextBoundaryAt(this.#machine);
  }

  /** Moves on to the minute of `now`. An earlier instant changes nothing. */
  advance(now: InstantMs): void {
    const minute = floorToMinute(now);
    if (minute <= this.#minute) return;
    this.#minute = minute;
    this.#catchUp(this.#machine);
  }

  /**
   * Books an amount at its own time, in the past or the future; a negative one takes back what was booked there. Events before the start of
   * measurement never count.
   */
  record(at: InstantMs, amount: Quantity): void {
    if (at < this.#entitlement.measureUsageFrom) return;
    this.usage.add(at, amount);
    const { state, countedTo } = this.#machine;
    if (at >= countedTo) return;
    if (at < state.segment.from) {
      this.#checkpoints.dropAfter(floorToMinute(at));
      this.#machine = this.#rebuild();
      return;
    }
    if (amount >= ZERO) {
      pay(state, amount);
      return;
    }
    const used = state.segment.usage + amount;
    undoSegment(state);
    pay(state, used);
  }

  /**
   * Takes over changed grants, resets or terms.
   * @param from nothing before it changes: the effective time of a new grant, the time of a void or of a reset.
   */
  change(entitlement: MeteredEntitlement, from: InstantMs): void {
    this.#entitlement = entitlement;
    // A checkpoint exactly there may already have let other grants pay what a grant beginning there should have paid.
    this.#checkpoints.dropAfter(floorToMinute(from) - 1);
    this.#machine = this.#rebuild();
  }

  /** Constant time. */
  current(): CurrentBalance {
    const { state } = this.#machine;
    return {
      balance: state.total,
      overage: state.overage,
      usageInPeriod: state.usage,
      startOfPeriod: state.usageSince,
      hasAccess: this.#entitlement.isSoftLimit || state.total > ZERO,
    };
  }

  /**
   * The balance at any instant, rounded up to the minute as every read (entitlements §9); usage that is not known counts as none.
   * @throws Refusal `VALIDATION` before the start of measurement.
   */
  readAt(instant: InstantMs): BalanceReading {
    const at = ceilToMinute(instant);
    const { state, countedTo } = this.#machine;
    if (at === countedTo && nextBoundaryAt(this.#machine) > at) {
      return readingOf(this.#entitlement, withoutInactiveGrants(snapshotOf(state, at), this.#entitlement.grants));
    }
    const from = at >= state.segment.from ? this.snapshot() : this.#checkpoints.latestAt(at);
    return readingOf(this.#entitlement, stateAt(this.#entitlement, this.usage, at, from));
  }

  /** State at the start of the open segment: to be stored, and handed to a new one as a checkpoint. */
  snapshot(): Snapshot {
    return withoutInactiveGrants(segmentStartOf(this.#machine.state), this.#entitlement.grants);
  }

  /** Every snapshot from which runs may start, ascending: one per usage period begun, as far as they are kept. */
  checkpoints(): readonly Snapshot[] {
    return this.#checkpoints.list();
  }

  #rebuild(): Machine {
    const start = this.#checkpoints.latestAt(this.#minute) ?? startOfMeasurement(this.#entitlement);
    const machine = openEntitlement(this.#entitlement, start);
    this.#catchUp(machine);
    return machine;
  }

  #catchUp(machine: Machine): void {
    advance(machine, this.usage, this.#minute, this.#minute + MINUTE_MS, this.#keepPeriodStarts);
  }

  /** A rollover segment ends with everything of its instant applied. One that is about to be pushed out again is not even made. */
  readonly #keepPeriodStarts: SegmentListener = (state, to, end) => {
    if (!end.rollover) return;
    const keptMs = CHECKPOINTS_MAX * meanLengthMs(this.#entitlement.usagePeriod.interval);
    if (to < this.#minute - keptMs) return;
    this.#checkpoints.add(withoutInactiveGrants(snapshotOf(state, to), this.#entitlement.grants));
  };
}
