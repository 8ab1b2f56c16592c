import { DAY_MS, MINUTE_MS, type InstantMs } from '@drawdown/calendar';
import { ZERO, type Quantity } from '@drawdown/quantity';
import { isPrompt, type Booking } from '../../domain/index.js';

/** Which usage a day holds: one customer's, for one meter and its group values, of one UTC day (design §6). */
export interface UsageDayKey {
  readonly namespace: string;
  readonly customer: string;
  readonly meterKey: string;
  /** Group values as canonical JSON; `[]` without groups. */
  readonly group: string;
  /** Days since 1970-01-01 UTC. */
  readonly day: number;
}

export interface LateUsage {
  readonly booking: Booking;
  readonly amount: Quantity;
}

/** What is known of a day when it is taken up again. */
export interface UsageDayContent {
  readonly minutes: ReadonlyMap<number, Quantity>;
  readonly late: readonly LateUsage[];
  /** Last message of the usage stream that changed the day. */
  readonly sequence: number;
}

/**
 * The sums of one day per minute. Events later than the prompt bound stand apart with both instants, under the day on which they arrived: that
 * day is never before the one they happened on, so whoever reads from a day on sees everything that may count from it on.
 */
export class UsageDay {
  readonly #minutes: Map<number, Quantity>;
  readonly #late = new Map<string, LateUsage>();
  readonly #storedThrough: number;
  #sequence: number;

  constructor(
    readonly key: UsageDayKey,
    stored?: UsageDayContent,
  ) {
    this.#minutes = new Map(stored?.minutes);
    for (const late of stored?.late ?? []) this.#late.set(lateKey(late.booking), late);
    this.#storedThrough = stored?.sequence ?? 0;
    this.#sequence = this.#storedThrough;
  }

  /** Whether the entry of this customer is kept here. */
  keeps({ meterKey, group, booking }: Pick<UsageDayKey, 'meterKey' | 'group'> & { readonly booking: Booking }): boolean {
    return this.key.meterKey === meterKey && this.key.group === group && this.key.day === dayOf(booking);
  }

  get sequence(): number {
    return this.#sequence;
  }

  /** Minute of the day → sum, ascending. */
  get minutes(): readonly (readonly [minute: number, sum: Quantity])[] {
    return [...this.#minutes].sort(([left], [right]) => left - right);
  }

  /** In the order of the instants. */
  get late(): readonly LateUsage[] {
    return [...this.#late.values()].sort(
      (left, right) => left.booking.at - right.booking.at || left.booking.arrivedAt - right.booking.arrivedAt,
    );
  }

  /** What the day has stored already; a message read again after a crash must not count twice. */
  holds(sequence: number): boolean {
    return sequence <= this.#storedThrough;
  }

  /** Adds an amount, negative for a cancellation; a sum of 0 is not kept. */
  add(booking: Booking, amount: Quantity, sequence: number): void {
    this.#sequence = Math.max(this.#sequence, sequence);
    if (isPrompt(booking)) {
      const minute = Math.floor((booking.at - this.key.day * DAY_MS) / MINUTE_MS);
      keep(this.#minutes, minute, (this.#minutes.get(minute) ?? ZERO) + amount);
      return;
    }
    const key = lateKey(booking);
    const sum = (this.#late.get(key)?.amount ?? ZERO) + amount;
    if (sum === ZERO) this.#late.delete(key);
    else this.#late.set(key, { booking, amount: sum });
  }

  /** Every amount with its booking; within a minute the instant is its start, which no answer can tell from the exact one. */
  *entries(): Generator<LateUsage> {
    for (const [minute, amount] of this.#minutes) {
      const at: InstantMs = this.key.day * DAY_MS + minute * MINUTE_MS;
      yield { booking: { at, arrivedAt: at }, amount };
    }
    yield* this.#late.values();
  }
}

/** The day under which a booking is kept. */
export const dayOf = (booking: Booking): number => Math.floor((isPrompt(booking) ? booking.at : booking.arrivedAt) / DAY_MS);

const lateKey = ({ at, arrivedAt }: Booking): string => `${at}/${arrivedAt}`;

const keep = (sums: Map<number, Quantity>, minute: number, sum: Quantity): void => {
  if (sum === ZERO) sums.delete(minute);
  else sums.set(minute, sum);
};
