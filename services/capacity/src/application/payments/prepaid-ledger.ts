import { Fault, isRefusal } from '@drawdown/errors';
import type { ConclusionOrder, LedgerCommand, Party, PaymentOrder, RefundOrder } from '../../domain/index.js';
import type { Untimed } from '../aggregates/instructed.js';
import type { Payments, Receipt } from './port.js';

/** A command for the ledger of a party, with the id that makes it count once. It is decided now, never at a given instant. */
export interface LedgerInstruction {
  readonly namespace: string;
  readonly tid: number;
  readonly id: string;
  readonly command: Untimed<LedgerCommand>;
}

/**
 * Brings an instruction to the party's owner and answers the party with everything that came of it, now or when it was given first.
 * @throws what the party's decision refuses; a Fault when the owner is silent
 */
export type ExecuteOnLedger = (instruction: LedgerInstruction) => Promise<Party>;

const ADDRESS_PREFIX = 'ledger:';

/**
 * Whether a reservation is paid from a ledger. What has come in for it only the ledger knows, so nobody reports it; of all others only reports
 * tell.
 */
export const isPaidFromLedger = (address: string): boolean => address.startsWith(ADDRESS_PREFIX);

/** How the ids of all payouts of a reservation begin. */
const payoutsOf = (reservationId: number): string => `${reservationId}:`;

/** Refusals that mean: there is no money now. */
const NOT_PAID: ReadonlySet<string> = new Set(['FUNDS_INSUFFICIENT', 'PAYMENT_EXPIRED', 'PARTY_UNKNOWN', 'TOO_MANY_PAYMENTS']);

/**
 * Payments from what customers have paid in beforehand: a reservation takes its amount from the ledger of its customer as soon as it is there.
 * That it takes it once and gives it back once is the party's to see to.
 */
export class PrepaidLedger implements Payments {
  constructor(private readonly execute: ExecuteOnLedger) {}

  addressFor(customerTid: number): string {
    return `${ADDRESS_PREFIX}${customerTid}`;
  }

  async collect({ namespace, customerTid, reservationId, asset, amount, expiresAt }: PaymentOrder): Promise<Receipt | undefined> {
    const command = { type: 'take-payment', reservationId, asset, amount, expiresAt } as const;
    try {
      const party = await this.execute({ namespace, tid: customerTid, id: `take:${reservationId}`, command });
      const payment = party.payments.find(known => known.reservationId === reservationId);
      return payment && { received: payment.amount, receivedAt: payment.takenAt };
    } catch (error) {
      if (isRefusal(error) && NOT_PAID.has(error.reason)) return undefined;
      throw error;
    }
  }

  /** Of a payment all goes back or none: a ledger takes what was asked for and nothing else. For capacity, any part may come back later. */
  async refund(order: RefundOrder): Promise<void> {
    const { namespace, customerTid, reservationId, expiresAt, isForCapacity, ordinal, asset, refund } = order;
    if (!isForCapacity) return this.#return(namespace, customerTid, reservationId, expiresAt);
    const payoutId = `${payoutsOf(reservationId)}${ordinal}`;
    const command = { type: 'receive-payout', payoutId, asset, amount: refund } as const;
    await this.#settle({ namespace, tid: customerTid, id: `payout:${payoutId}`, command });
  }

  /** What is over is not asked for again, so the ledger may forget what it paid out. */
  async conclude({ namespace, customerTid, reservationId, expiresAt, outcome, refunds }: ConclusionOrder): Promise<void> {
    if (outcome === 'returned') return this.#return(namespace, customerTid, reservationId, expiresAt);
    const command = { type: 'keep-payment', reservationId } as const;
    const { payouts } = await this.#settle({ namespace, tid: customerTid, id: `keep:${reservationId}:${refunds}`, command });
    for (const { payoutId } of payouts.filter(payout => payout.payoutId.startsWith(payoutsOf(reservationId)))) {
      await this.#settle({ namespace, tid: customerTid, id: `forget:${payoutId}`, command: { type: 'forget-payout', payoutId } });
    }
  }

  async #return(namespace: string, tid: number, reservationId: number, expiresAt: number): Promise<void> {
    const command = { type: 'return-payment', reservationId, expiresAt } as const;
    await this.#settle({ namespace, tid, id: `return:${reservationId}`, command });
  }

  /**
   * What is owed to a party cannot be refused, only wait, for instance until its ledger has place again.
   * @throws Fault `LEDGER_UNAVAILABLE`
   */
  async #settle(instruction: LedgerInstruction): Promise<Party> {
    try {
      return await this.execute(instruction);
    } catch (cause) {
      if (!isRefusal(cause)) throw cause;
      const metadata = { tid: String(instruction.tid), command: instruction.id, refusal: cause.reason };
      throw new Fault('LEDGER_UNAVAILABLE', `the ledger of party ${instruction.tid} cannot do it now`, metadata, { cause });
    }
  }
}
