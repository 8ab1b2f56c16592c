import { owedByReservation, paidInstant, reservationDueAt, type Owed, type Reservation, type Seconds } from '../../domain/index.js';
import type { Untimed, When } from '../aggregates/instructed.js';
import type { CommandOf } from '../aggregates/kinds.js';
import type { CapacityOwner } from '../partition/capacity-owner.js';
import { PAYMENT_POLL_MS, type Payments } from '../payments/port.js';

const MS_PER_SECOND = 1_000;

type MoneyOwed = Extract<Owed, { readonly order: unknown }>;

const moneyOwedBy = (reservation: Reservation): readonly MoneyOwed[] =>
  owedByReservation(reservation).flatMap(owed => ('order' in owed ? [owed] : []));

/** Whether somebody has to be asked for money, or told what became of it. */
export const owesMoney = (reservation: Reservation): boolean => moneyOwedBy(reservation).length > 0;

/** Brings the reservations of one partition to whoever keeps their money, at that one's pace and not at that of the stream (capacity §6.5). */
export class PaymentWork {
  constructor(
    private readonly owner: CapacityOwner,
    private readonly payments: Payments,
    private readonly nowMs: () => number,
  ) {}

  /**
   * Asks and tells what a reservation needs now.
   * @returns when to look at it again; absent: when it changes
   * @throws Fault: it is to be tried again
   */
  async work(reservationId: number): Promise<Seconds | undefined> {
    const reservation = await this.owner.state(this.owner.address('reservation', reservationId));
    if (reservation === undefined) return undefined;
    for (const owed of moneyOwedBy(reservation)) await this.#settle(reservation, owed);
    const now = await this.owner.state(this.owner.address('reservation', reservationId));
    return now !== undefined && owesMoney(now) ? Math.ceil((this.nowMs() + PAYMENT_POLL_MS) / MS_PER_SECOND) : undefined;
  }

  async #settle(reservation: Reservation, owed: MoneyOwed): Promise<void> {
    const { id } = reservation;
    switch (owed.type) {
      case 'collect':
        return this.#collect(reservation, owed);
      case 'refund':
        await this.payments.refund(owed.order);
        return this.#tell(reservation, `refunded:${id}:${owed.order.ordinal}`, { type: 'confirm-refund', ordinal: owed.order.ordinal });
      case 'conclude':
        await this.payments.conclude(owed.order);
        return this.#tell(reservation, `concluded:${id}:${owed.order.refunds}`, { type: 'confirm-conclusion' });
    }
  }

  async #collect(reservation: Reservation, { order }: Extract<MoneyOwed, { readonly type: 'collect' }>): Promise<void> {
    const { id } = reservation;
    const now = Math.floor(this.nowMs() / MS_PER_SECOND);
    const receipt = await this.payments.collect(order);
    if (receipt !== undefined) {
      const { received, receivedAt } = receipt;
      const when = { atLeast: paidInstant(reservation, now) };
      await this.#tell(reservation, `received:${id}:${received}:${receivedAt}`, { type: 'report-payment', received, receivedAt }, when);
      return;
    }
    // Only after whoever keeps the money has been asked once more is it known that nothing came.
    const dueAt = reservationDueAt(reservation);
    if (dueAt !== undefined && dueAt <= now) await this.#tell(reservation, `expire:${id}`, { type: 'check' });
  }

  async #tell(reservation: Reservation, id: string, command: Untimed<CommandOf<'reservation'>>, when: When = 'now'): Promise<void> {
    await this.owner.execute('reservation', reservation.namespace, reservation.id, {
      id,
      createdAtMs: this.nowMs(),
      bodyHash: 'payment',
      when,
      command,
    });
  }
}
