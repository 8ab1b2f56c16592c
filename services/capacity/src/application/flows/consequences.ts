import { isRefusal } from '@drawdown/errors';
import { owedByReservation, type Owed, type Reservation } from '../../domain/index.js';
import type { Address } from '../aggregates/aggregates.js';
import type { Untimed, When } from '../aggregates/instructed.js';
import type { CommandOf, Kind, KeyOf } from '../aggregates/kinds.js';
import type { CapacityCalls, Given } from '../calls.js';
import type { CapacityOwner } from '../partition/capacity-owner.js';

/** A command of ours waits for the owner of another partition no longer than this; then it is sent again. */
const ANSWER_MS_MAX = 10_000;

const LIMITS = { remainingMs: () => ANSWER_MS_MAX };

/** A pool that is there already is the one that the reservation opens: it bears its number. */
const POOL_IS_THERE = 'POOL_EXISTS';

/**
 * Does what aggregates owe each other as they stand now (capacity §13.1). Nothing is remembered: after a crash the same is owed again, and the
 * aggregate that a command goes to knows whether it has had it.
 */
export class Consequences {
  constructor(
    private readonly calls: CapacityCalls,
    private readonly nowMs: () => number,
  ) {}

  /** Resolves when everything that these owe is done. @throws Fault: it is to be tried again */
  async settle(owner: CapacityOwner, touched: ReadonlyMap<string, Address<Kind>>): Promise<void> {
    const settling: Promise<void>[] = [];
    for (const address of touched.values()) {
      if (address.kind === 'reservation') settling.push(this.#settleReservation(owner, address as Address<'reservation'>));
    }
    await Promise.all(settling);
  }

  async #settleReservation(owner: CapacityOwner, address: Address<'reservation'>): Promise<void> {
    const reservation = await owner.state(address);
    if (reservation === undefined) return;
    for (const owed of owedByReservation(reservation)) await this.#settleOne(owner, reservation, owed);
  }

  async #settleOne(owner: CapacityOwner, reservation: Reservation, owed: Owed): Promise<void> {
    if (owed.type === 'open') {
      await this.#send('pool', reservation.namespace, reservation.poolId, owed.id, owed.command).catch((error: unknown) => {
        if (!isRefusal(error) || error.reason !== POOL_IS_THERE) throw error;
      });
    }
    if (owed.type !== 'credit') return; // money has its own pace
    const { namespace, poolId, id } = reservation;
    try {
      const { sequence } = await this.#send('pool', namespace, poolId, owed.id, owed.command);
      await this.#tell(owner, reservation, `settle:${id}`, { type: 'settle', poolSequence: sequence });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await this.#tell(owner, reservation, `refuse:${id}`, { type: 'refuse-credit', code: error.reason });
    }
  }

  #send<K extends Kind>(kind: K, namespace: string, key: KeyOf<K>, id: string, command: CommandOf<K> & { readonly at: number }) {
    return this.calls.execute(kind, namespace, key, this.#given(id, { atLeast: command.at }, command as Untimed<CommandOf<K>>), LIMITS);
  }

  async #tell(
    owner: CapacityOwner,
    { namespace, id: reservationId }: Reservation,
    id: string,
    command: Untimed<CommandOf<'reservation'>>,
  ): Promise<void> {
    await owner.execute('reservation', namespace, reservationId, this.#given(id, 'now', command));
  }

  /** The id says everything about a command of ours, so its body needs no hash. */
  #given<K extends Kind>(id: string, when: When, command: Untimed<CommandOf<K>>): Given<K> {
    return { id, createdAtMs: this.nowMs(), bodyHash: 'owed', when, command };
  }
}
