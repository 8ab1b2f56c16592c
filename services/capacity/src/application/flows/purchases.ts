import { isRefusal, Refusal } from '@drawdown/errors';
import {
  checkReservation,
  owedByReservation,
  paidInstant,
  readPurchaseMessage,
  requestHash,
  type PaymentTerms,
  type Reservation,
  type ReservationFacts,
  type ReservationRequest,
  type Seconds,
  type TakenNonce,
} from '../../domain/index.js';
import type { KeyOf } from '../aggregates/kinds.js';
import type { CallLimits, CapacityCalls, Told } from '../calls.js';
import type { Payments } from '../payments/port.js';
import { isPaidFromLedger } from '../payments/prepaid-ledger.js';
import type { AnswerOf, ArgumentsOf, KindAsked, QuestionName } from '../questions/questions.js';
import { stepOf, type Instruction, type Recorded } from './instruction.js';
import { settleReservation } from './owed-by-reservation.js';
import type { ReservationFlows } from './ports.js';

/** Pools and reservations are numbered together (capacity §5.3). */
export const POOL_NUMBERS = 'capacity-reservations';

export interface PurchasesOptions {
  readonly calls: CapacityCalls;
  readonly payments: Payments;
  readonly terms: Omit<PaymentTerms, 'address'>;
  readonly acceptsLegacySignatures: boolean;
  readonly nowMs: () => number;
}

/** Purchases, from their checks to their payment (capacity §6). */
export class Purchases implements ReservationFlows {
  constructor(private readonly options: PurchasesOptions) {}

  /**
   * Checks a purchase, gives it its number, records it and opens its pool. The same signed text again resumes what it came to: its nonce
   * says which reservation that is.
   * @throws Refusal with a code of capacity §6.1, `NONCE_USED`
   */
  async create(
    namespace: string,
    request: ReservationRequest,
    instruction: Instruction,
    limits: CallLimits,
  ): Promise<Recorded<Reservation>> {
    const { calls } = this.options;
    const nonce = nonceOf(request);
    const taken = nonce === undefined ? undefined : await this.#takenNonce(namespace, nonce, limits);
    const isResumed = taken?.requestHash === requestHash(request);
    const known = isResumed ? await this.#find('reservation/get', namespace, taken.reservationId, {}, limits) : undefined;
    if (known !== undefined) return this.#settled(namespace, known.id, '', limits);
    const facts = await this.#factsOf(namespace, request, limits);
    const clock = this.#nowSeconds();
    checkReservation(request, facts, clock);
    const number = isResumed ? taken.reservationId : await this.#takeNumber(namespace, instruction, limits);
    const reservationId = nonce === undefined ? number : await this.#takeNonce(namespace, nonce, number, request, instruction, limits);
    const isBackdated = instruction.when !== 'now';
    const { position } = await calls.execute(
      'reservation',
      namespace,
      reservationId,
      {
        ...stepOf(instruction, `submit:${reservationId}`),
        bodyHash: requestHash(request),
        command: { type: 'submit', reservationId, namespace, request, facts, ...(isBackdated ? { clock } : {}) },
      },
      limits,
    );
    return this.#settled(namespace, reservationId, position, limits);
  }

  /**
   * Takes the payment now instead of at the next look (capacity §6.5).
   * @throws Refusal `RESERVATION_NOT_FOUND`, `RESERVATION_NOT_PAYABLE`, `FUNDS_INSUFFICIENT`
   */
  async pay(namespace: string, reservationId: number, instruction: Instruction, limits: CallLimits): Promise<Recorded<Reservation>> {
    const { calls, payments } = this.options;
    const reservation = (await this.#ask('reservation/get', namespace, reservationId, {}, limits)).answer;
    const collecting = owedByReservation(reservation).find(owed => owed.type === 'collect');
    if (collecting === undefined) return this.#settled(namespace, reservationId, '', limits);
    if (!isPaidFromLedger(collecting.order.address)) throw new Refusal('RESERVATION_NOT_PAYABLE', 'the reservation is paid elsewhere');
    const receipt = await payments.collect(collecting.order);
    if (receipt === undefined) throw new Refusal('FUNDS_INSUFFICIENT', 'the ledger does not hold the amount');
    const { received, receivedAt } = receipt;
    const { position } = await calls.execute(
      'reservation',
      namespace,
      reservationId,
      {
        ...stepOf(instruction, `received:${reservationId}:${received}:${receivedAt}`),
        bodyHash: 'payment',
        when: { atLeast: paidInstant(reservation, this.#nowSeconds()) },
        command: { type: 'report-payment', received, receivedAt },
      },
      limits,
    );
    return this.#settled(namespace, reservationId, position, limits);
  }

  #nowSeconds(): Seconds {
    return Math.floor(this.options.nowMs() / 1_000);
  }

  /** The reservation with everything done that it owes pools, so that whoever bought sees the capacity at the position. */
  async #settled(namespace: string, reservationId: number, minPosition: string, limits: CallLimits): Promise<Recorded<Reservation>> {
    const { calls, nowMs } = this.options;
    const { answer, position } = await this.#ask('reservation/get', namespace, reservationId, {}, limits, minPosition);
    const settledAt = await settleReservation(calls, answer, nowMs(), limits);
    if (settledAt === '') return { value: answer, position };
    const settled = await this.#ask('reservation/get', namespace, reservationId, {}, limits, settledAt);
    return { value: settled.answer, position: calls.merged(position, settledAt, settled.position) };
  }

  /** The same request has the same number, however often it is sent. */
  async #takeNumber(namespace: string, instruction: Instruction, limits: CallLimits): Promise<number> {
    const given = { ...stepOf(instruction, `${namespace}:${instruction.id}`), when: 'now', command: { type: 'take' } } as const;
    const { events } = await this.options.calls.execute('counter', namespace, POOL_NUMBERS, given, limits);
    const [taken] = events;
    if (taken === undefined) throw new Error('a counter gave out nothing');
    return taken.number;
  }

  /** @returns the number of the reservation that the nonce belongs to: another one, if somebody sent the same text at the same time */
  async #takeNonce(
    namespace: string,
    key: KeyOf<'nonce'>,
    reservationId: number,
    request: ReservationRequest,
    instruction: Instruction,
    limits: CallLimits,
  ): Promise<number> {
    const hash = requestHash(request);
    const given = {
      ...stepOf(instruction, `nonce:${reservationId}`),
      bodyHash: hash,
      when: 'now',
      command: { type: 'take', reservationId, requestHash: hash },
    } as const;
    const { events, position } = await this.options.calls.execute('nonce', namespace, key, given, limits);
    const [taken] = events;
    if (taken !== undefined) return taken.reservationId;
    return (await this.#ask('nonce/get', namespace, key, {}, limits, position)).answer.reservationId;
  }

  async #takenNonce(namespace: string, key: KeyOf<'nonce'>, limits: CallLimits): Promise<TakenNonce | undefined> {
    return this.#find('nonce/get', namespace, key, {}, limits);
  }

  async #factsOf(namespace: string, { data, customerTid, sponsorTid }: ReservationRequest, limits: CallLimits): Promise<ReservationFacts> {
    const { payments, terms, acceptsLegacySignatures } = this.options;
    const poolId = Number(data.poolId);
    const [customer, sponsor, pool] = await Promise.all([
      this.#find('party/get', namespace, customerTid, {}, limits),
      sponsorTid === 0 ? undefined : this.#find('party/get', namespace, sponsorTid, {}, limits),
      poolId === 0 ? undefined : this.#find('pool/get', namespace, poolId, {}, limits),
    ]);
    const nodeIds = [...new Set([...(data.nodeIds ?? []), ...(pool?.nodeIds ?? [])])].filter(isNodeId);
    const found = await Promise.all(nodeIds.map(nodeId => this.#find('node/get', namespace, nodeId, {}, limits)));
    const nodes = new Map(found.flatMap(node => (node === undefined ? [] : [[node.nodeId, node] as const])));
    const farmId = (data.nodeIds ?? []).map(nodeId => nodes.get(nodeId)?.farmId).find(id => id !== undefined);
    const farm = farmId === undefined ? undefined : await this.#find('farm/get', namespace, farmId, {}, limits);
    return {
      acceptsLegacySignatures,
      customer,
      sponsor,
      nodes,
      farm,
      pool,
      terms: { ...terms, address: payments.addressFor(customerTid) },
    };
  }

  /** Absent: it does not exist, or belongs to another namespace. */
  async #find<Q extends QuestionName>(
    question: Q,
    namespace: string,
    key: KeyOf<KindAsked<Q>>,
    args: ArgumentsOf<Q>,
    limits: CallLimits,
  ): Promise<AnswerOf<Q> | undefined> {
    try {
      return (await this.#ask(question, namespace, key, args, limits)).answer;
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }

  #ask<Q extends QuestionName>(
    question: Q,
    namespace: string,
    key: KeyOf<KindAsked<Q>>,
    args: ArgumentsOf<Q>,
    limits: CallLimits,
    minPosition = '',
  ): Promise<Told<Q>> {
    return this.options.calls.ask(question, namespace, key, args, { minPosition, remainingMs: () => limits.remainingMs() });
  }
}

/** The nonce in the signed text; absent in one of version 1, and in one that the checks will refuse. */
const nonceOf = ({ json, customerTid }: ReservationRequest): KeyOf<'nonce'> | undefined => {
  try {
    const nonce = readPurchaseMessage(json).binding?.nonce;
    return nonce === undefined || customerTid === 0 ? undefined : [customerTid, nonce];
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
};

/** What cannot be an id is asked of nobody; the checks say that it is not known. */
const isNodeId = (text: string): boolean => text !== '' && Buffer.byteLength(text, 'utf8') <= 128;
