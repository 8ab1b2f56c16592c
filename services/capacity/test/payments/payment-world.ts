import { isRefusal } from '@drawdown/errors';
import {
  decideParty,
  decidePool,
  decideReservation,
  evolveParty,
  evolvePool,
  evolveReservation,
  owedByReservation,
  reservationDueAt,
  type Owed,
  type Party,
  type PartyCommand,
  type Pool,
  type PoolCommand,
  type Reservation,
  type ReservationCommand,
  type ReservationFacts,
  type ReservationRequest,
} from '../../src/domain/index.js';
import { PrepaidLedger, type LedgerInstruction } from '../../src/application/payments/prepaid-ledger.js';
import { CUSTOMER_KEY, T } from '../support/purchases.js';

/** Reservations, their pools and the ledger of their customer, worked on by somebody who may die after any step and be late with any. */
export class PaymentWorld {
  readonly reservations = new Map<number, Reservation>();
  readonly pools = new Map<number, Pool>();
  readonly #payments = new PrepaidLedger(async instruction => Promise.resolve(this.#onLedger(instruction)));
  party: Party | undefined;
  deposited = 0n;
  now = T;

  constructor() {
    this.tell({ type: 'register', namespace: 'shop', tid: 11, publicKey: CUSTOMER_KEY, isTrustedChannel: false, at: T });
  }

  tell(command: PartyCommand): Party {
    this.party = decideParty(command, this.party).reduce<Party | undefined>(evolveParty, this.party);
    return this.party as Party;
  }

  deposit(amount: bigint): void {
    this.tell({ type: 'deposit', asset: 'TFT:ISSUER', amount, at: this.now });
    this.deposited += amount;
  }

  reserve(id: number, request: ReservationRequest, facts: ReservationFacts): void {
    this.reservation(id, { type: 'submit', reservationId: id, namespace: 'shop', request, facts, at: this.now });
  }

  reservation(id: number, command: ReservationCommand): void {
    const before = this.reservations.get(id);
    const after = decideReservation(command, before).reduce<Reservation | undefined>(evolveReservation, before);
    if (after !== undefined) this.reservations.set(id, after);
  }

  owed(id: number): readonly Owed[] {
    const reservation = this.reservations.get(id);
    return reservation === undefined ? [] : owedByReservation(reservation);
  }

  /** The pool of a settled reservation says that a part of what was bought has been given back. */
  giveBack(id: number, returnId: string, amount: bigint): void {
    this.reservation(id, { type: 'return-capacity', returnId, amount, at: this.now });
  }

  /** Does what is owed. With its answer lost, only the other side knows of it. */
  async act(id: number, owed: Owed, isAnswerLost: boolean): Promise<void> {
    const at = this.now;
    switch (owed.type) {
      case 'open':
        this.#onPool(id, owed.command);
        return;
      case 'end-top-up':
        this.#onPool(this.reservations.get(id)?.poolId ?? id, owed.command);
        return;
      case 'credit': {
        const code = this.#onPool(this.reservations.get(id)?.poolId ?? id, owed.command);
        if (isAnswerLost) return;
        this.reservation(id, code === undefined ? { type: 'settle', poolSequence: 1, at } : { type: 'refuse-credit', code, at });
        return;
      }
      case 'collect': {
        const receipt = await this.#payments.collect(owed.order);
        if (isAnswerLost) return;
        if (receipt !== undefined) this.reservation(id, { type: 'report-payment', ...receipt, at });
        else this.#expire(id);
        return;
      }
      case 'refund':
        await this.#payments.refund(owed.order);
        if (!isAnswerLost) this.reservation(id, { type: 'confirm-refund', ordinal: owed.order.ordinal, at });
        return;
      case 'conclude':
        await this.#payments.conclude(owed.order);
        if (!isAnswerLost) this.reservation(id, { type: 'confirm-conclusion', at });
        return;
    }
  }

  #expire(id: number): void {
    const due = reservationDueAt(this.reservations.get(id) as Reservation);
    if (due !== undefined && due <= this.now) this.reservation(id, { type: 'check', at: this.now });
  }

  #onLedger({ command }: LedgerInstruction): Party {
    return this.tell({ ...command, at: this.now });
  }

  /** The code of a refusal for good. */
  #onPool(poolId: number, command: PoolCommand): string | undefined {
    const before = this.pools.get(poolId);
    try {
      const after = decidePool(command, before).reduce<Pool | undefined>(evolvePool, before);
      if (after !== undefined) this.pools.set(poolId, after);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return error.reason;
    }
    return undefined;
  }
}
