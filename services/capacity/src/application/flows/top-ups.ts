import { isRefusal } from '@drawdown/errors';
import type { Farm, Node, PaymentTerms, Pool, ReservationFacts } from '../../domain/index.js';
import type { KeyOf, Kind } from '../aggregates/kinds.js';
import type { Answered, CallLimits, CapacityCalls, Given } from '../calls.js';
import type { Payments } from '../payments/port.js';
import type { AnswerOf, KindAsked, QuestionName } from '../questions/questions.js';
import { settleReservation } from './owed-by-reservation.js';
import { POOL_NUMBERS } from './purchases.js';

export interface TopUpsOptions {
  readonly calls: CapacityCalls;
  readonly payments: Payments;
  readonly terms: Omit<PaymentTerms, 'address'>;
  readonly nowMs: () => number;
}

/** Questions that one key answers with everything that is known. */
type PlainQuestion = Extract<QuestionName, 'nonce/get' | 'reservation/get' | 'node/get' | 'farm/get'>;

/** Makes the reservations that pools ask for themselves (capacity §15.2). Nobody else is asked: the owner's policy is the order. */
export class TopUps {
  constructor(private readonly options: TopUpsOptions) {}

  /**
   * Makes the reservation of the purchase that a pool waits for, once: its number is remembered where nonces are, under a name that no signed
   * text can have. Its payment takes its own time. What cannot be ordered is told to the pool.
   * @throws Fault: it is to be tried again
   */
  async order(pool: Pool, limits: CallLimits): Promise<void> {
    const { open } = pool.topUps;
    if (open === undefined) return;
    const { namespace } = pool;
    const reservationId = await this.#numberOf(pool, open.topUpId, limits);
    const known = await this.#find('reservation/get', namespace, reservationId, limits);
    if (known !== undefined) {
      await settleReservation(this.options.calls, known, this.options.nowMs(), limits);
      return;
    }
    const { topUpId, amounts } = open;
    const order = { type: 'order-top-up', reservationId, namespace, poolId: pool.id, topUpId, owner: pool.owner, amounts } as const;
    try {
      const facts = await this.#factsOf(pool, limits);
      await this.#execute('reservation', namespace, reservationId, { id: `order:${reservationId}`, command: { ...order, facts } }, limits);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const failed = { type: 'end-top-up', topUpId, cause: 'failed' } as const;
      await this.#execute('pool', namespace, pool.id, { id: `end-top-up:${reservationId}`, command: failed }, limits);
    }
  }

  async #numberOf({ id, namespace }: Pool, topUpId: number, limits: CallLimits): Promise<number> {
    const name = `top-up-${id}-${topUpId}`;
    const key: KeyOf<'nonce'> = [0, name];
    const taken = await this.#find('nonce/get', namespace, key, limits);
    if (taken !== undefined) return taken.reservationId;
    const numbered = await this.#execute('counter', namespace, POOL_NUMBERS, { id: name, command: { type: 'take' } }, limits);
    const [number] = numbered.events;
    if (number === undefined) throw new Error('a counter gave out nothing');
    const command = { type: 'take', reservationId: number.number, requestHash: name } as const;
    const { events, position } = await this.#execute('nonce', namespace, key, { id: name, command }, limits);
    const [mine] = events;
    if (mine !== undefined) return mine.reservationId;
    const { answer } = await this.options.calls.ask(
      'nonce/get',
      namespace,
      key,
      {},
      { minPosition: position, remainingMs: () => limits.remainingMs() },
    );
    return answer.reservationId;
  }

  async #factsOf(pool: Pool, limits: CallLimits): Promise<Pick<ReservationFacts, 'nodes' | 'farm' | 'pool' | 'terms'>> {
    const { payments, terms } = this.options;
    const found: readonly (Node | undefined)[] = await Promise.all(
      pool.nodeIds.map(nodeId => this.#find('node/get', pool.namespace, nodeId, limits)),
    );
    const nodes = new Map(found.flatMap(node => (node === undefined ? [] : [[node.nodeId, node] as const])));
    const farmId = [...nodes.values()].find(({ isGone }) => !isGone)?.farmId;
    const farm: Farm | undefined = farmId === undefined ? undefined : await this.#find('farm/get', pool.namespace, farmId, limits);
    return { nodes, farm, pool, terms: { ...terms, address: payments.addressFor(pool.owner) } };
  }

  #execute<K extends Kind>(
    kind: K,
    namespace: string,
    key: KeyOf<K>,
    { id, command }: Pick<Given<K>, 'id' | 'command'>,
    limits: CallLimits,
  ): Promise<Answered<K>> {
    return this.options.calls.execute(kind, namespace, key, { id, createdAtMs: this.options.nowMs(), bodyHash: 'owed', command }, limits);
  }

  /** Absent: it does not exist. */
  async #find<Q extends PlainQuestion>(
    question: Q,
    namespace: string,
    key: KeyOf<KindAsked<Q>>,
    limits: CallLimits,
  ): Promise<AnswerOf<Q> | undefined> {
    try {
      const options = { minPosition: '', remainingMs: () => limits.remainingMs() };
      return (await this.options.calls.ask(question, namespace, key, {}, options)).answer;
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }
}
