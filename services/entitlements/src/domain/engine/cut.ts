import { floorToMinute, occurrence, occurrenceNumberFrom, type InstantMs } from '@drawdown/calendar';
import type { BurnOrder } from './burn-order.js';
import { DueQueue } from './due-queue.js';

const NEVER = Number.POSITIVE_INFINITY;

/**
 * The instants at which grants begin and end, and before `marksUntil` also those at which they carry a mark without effect, such as the
 * expiry of a grant that was voided earlier (entitlements §6.3.1).
 */
const activityInstants = ({ grants, startsAt, endsAt }: BurnOrder, after: InstantMs, marksUntil: InstantMs): Float64Array => {
  const instants: InstantMs[] = [];
  const noteMark = (mark: InstantMs | undefined): void => {
    if (mark === undefined) return;
    const cut = floorToMinute(mark);
    if (after < cut && cut < marksUntil) instants.push(cut);
  };
  for (let index = 0; index < grants.length; index += 1) {
    const start = startsAt[index]!;
    const end = endsAt[index]!;
    if (start < end && start > after) instants.push(start);
    if (start < end && end > after && end < NEVER) instants.push(end);
    if (marksUntil <= after) continue;
    const grant = grants[index]!;
    noteMark(grant.effectiveAt);
    noteMark(grant.expiresAt);
    noteMark(grant.voidedAt);
    noteMark(grant.deletedAt);
  }
  return Float64Array.from(instants).sort();
};

/** Indices whose key lies after an instant and is finite, ascending by key. */
const indicesByKey = (keys: Float64Array, isWanted: (index: number) => boolean): Uint32Array => {
  const indices: number[] = [];
  for (let index = 0; index < keys.length; index += 1) if (isWanted(index)) indices.push(index);
  return Uint32Array.from(indices).sort((left, right) => keys[left]! - keys[right]!);
};

/**
 * Walks the instants at which burn order or balances change without usage, one after the other (entitlements §6.3). Grants are compiled
 * once; each step costs O(log G).
 */
export class GrantBoundaries {
  readonly #order: BurnOrder;
  readonly #activity: Float64Array;
  #activityIndex = 0;
  readonly #starts: Uint32Array;
  #startIndex = 0;
  readonly #ends: Uint32Array;
  #endIndex = 0;
  readonly #due = new DueQueue();
  readonly #occurrenceNumbers: Float64Array;

  /**
   * @param after boundaries at or before it have been applied already.
   * @param marksUntil cut also at marks without effect, as long as they lie before this instant: they change no state and only show in histories.
   */
  constructor(order: BurnOrder, after: InstantMs, marksUntil: InstantMs = after) {
    const { grants, startsAt, endsAt } = order;
    this.#order = order;
    this.#activity = activityInstants(order, after, marksUntil);
    const isEverActive = (index: number): boolean => startsAt[index]! < endsAt[index]!;
    this.#starts = indicesByKey(startsAt, index => startsAt[index]! > after && isEverActive(index));
    this.#ends = indicesByKey(endsAt, index => endsAt[index]! > after && endsAt[index]! < NEVER && isEverActive(index));
    this.#occurrenceNumbers = new Float64Array(grants.length);
    for (const [index, grant] of grants.entries()) {
      if (grant.recurrence === undefined) continue;
      const from = Math.max(startsAt[index]!, after + 1);
      this.#scheduleFrom(index, occurrenceNumberFrom(grant.recurrence, from));
    }
  }

  /** The next instant, or infinity. */
  get nextAt(): InstantMs {
    return Math.min(this.#activity[this.#activityIndex] ?? NEVER, this.#due.nextAt);
  }

  /** Moves past `at` in the list of activity instants; whether it was one. */
  passActivity(at: InstantMs): boolean {
    const before = this.#activityIndex;
    while (this.#activity[this.#activityIndex] === at) this.#activityIndex += 1;
    return this.#activityIndex > before;
  }

  /** The next grant that ends at or before `at`, or -1 when all of them have been handed out. */
  takeEnding(at: InstantMs): number {
    const index = this.#ends[this.#endIndex];
    if (index === undefined || this.#order.endsAt[index]! > at) return -1;
    this.#endIndex += 1;
    return index;
  }

  /** The next grant that becomes active at or before `at`, or -1. */
  takeStarting(at: InstantMs): number {
    const index = this.#starts[this.#startIndex];
    if (index === undefined || this.#order.startsAt[index]! > at) return -1;
    this.#startIndex += 1;
    return index;
  }

  /** The next grant that recurs at `at` while active, or -1. */
  takeRecurring(at: InstantMs): number {
    if (this.#due.nextAt > at) return -1;
    const index = this.#due.pop();
    this.#scheduleFrom(index, this.#occurrenceNumbers[index]! + 1);
    return index;
  }

  #scheduleFrom(index: number, number: number): void {
    const recurrence = this.#order.grants[index]!.recurrence;
    if (recurrence === undefined) return;
    const at = occurrence(recurrence, number);
    if (at >= this.#order.endsAt[index]!) return;
    this.#occurrenceNumbers[index] = number;
    this.#due.push(at, index);
  }
}
