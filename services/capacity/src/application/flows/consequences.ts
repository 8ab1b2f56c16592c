import type { Address } from '../aggregates/aggregates.js';
import type { Kind } from '../aggregates/kinds.js';
import type { CapacityCalls } from '../calls.js';
import type { CapacityOwner } from '../partition/capacity-owner.js';
import { settleReservation } from './owed-by-reservation.js';

/** A command of ours waits for the owner of another partition no longer than this; then it is sent again. */
const ANSWER_MS_MAX = 10_000;

const LIMITS = { remainingMs: () => ANSWER_MS_MAX };

/**
 * Does what aggregates owe each other as they stand now (capacity §13.1). Nothing is remembered: after a crash the same is owed again, and the
 * aggregate that a command goes to knows whether it has had it.
 */
export class Consequences {
  constructor(
    private readonly calls: () => CapacityCalls,
    private readonly nowMs: () => number,
  ) {}

  /** Resolves when everything that these owe is done. @throws Fault: it is to be tried again */
  async settle(owner: CapacityOwner, touched: ReadonlyMap<string, Address<Kind>>): Promise<void> {
    await Promise.all([...touched.values()].map(address => this.#settleOne(owner, address)));
  }

  async #settleOne(owner: CapacityOwner, address: Address<Kind>): Promise<void> {
    if (address.kind !== 'reservation') return;
    const reservation = await owner.state(address as Address<'reservation'>);
    if (reservation !== undefined) await settleReservation(this.calls(), reservation, this.nowMs(), LIMITS);
  }
}
