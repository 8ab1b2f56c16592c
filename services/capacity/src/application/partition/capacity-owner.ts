import { Fault } from '@drawdown/errors';
import type { Subjects } from '@drawdown/eventlog';
import type { Delivery } from '@drawdown/partitions';
import { nextDue, type Exact, type Pool, type Seconds } from '../../domain/index.js';
import { Aggregates, type Address, type ExecutedOn, type Logs } from '../aggregates/aggregates.js';
import type { Kind, KeyOf, StateOf } from '../aggregates/kinds.js';
import type { Given } from '../calls.js';
import { requireOwn } from '../aggregates/definitions.js';
import { owesMoney, PaymentWork } from '../flows/payment-work.js';
import type { Payments } from '../payments/port.js';
import type { CapacityStore } from '../store.js';
import { Timer, type Checked } from '../timer/timer.js';
import type { OwnerObserver } from './observer.js';
import { PartitionFold } from './partition-fold.js';
import { addressOf, type Recorded } from './recorded.js';

const MS_PER_SECOND = 1_000;

export interface OwnerPorts {
  readonly store: CapacityStore;
  readonly logs: Logs;
  readonly subjects: Subjects;
  readonly clock: { nowMs(): number };
  readonly commandWindowMs: number;
  readonly isHeld: () => boolean;
  /** Last message of the partition when it was opened. */
  readonly endSequence: number;
  /** Does what aggregates that have changed owe others, and resolves when those have answered (capacity §13.1). */
  readonly settle: (owner: CapacityOwner, touched: ReadonlyMap<string, Address<Kind>>) => Promise<void>;
  /** Who keeps the money of reservations (capacity §6.5). */
  readonly payments: Payments;
  readonly observer: OwnerObserver;
}

/** One partition in the hands of its owner: commands, questions, what falls due, and the documents. */
export class CapacityOwner {
  readonly fold: PartitionFold;
  readonly #aggregates: Aggregates;
  /** What pools have due. */
  readonly #timer: Timer;
  /** When reservations look after their money again. */
  readonly #money: Timer;

  constructor(private readonly ports: OwnerPorts) {
    const { store, logs, clock, commandWindowMs, observer, isHeld } = ports;
    this.fold = new PartitionFold(
      { store, logs, isHeld },
      {
        folded: recorded => this.#folded(recorded),
        settled: touched => ports.settle(this, touched),
      },
    );
    const { projector } = this.fold;
    this.#aggregates = new Aggregates({
      logs,
      clock,
      commandWindowMs,
      commandsOf: subject => store.commandsOf(subject),
      prepare: address => projector.require([address]),
      snapshotOf: address => projector.peek(address),
      isCurrent: () => this.isCurrent,
      beforeAppend: () => {
        if (!isHeld()) throw new Fault('LEASE_LOST', 'the partition has another owner');
      },
      onChanged: (kind, _key, state) => {
        if (kind === 'pool') this.#schedule(state as StateOf<'pool'>);
        if (kind === 'reservation') this.#scheduleMoney(state as StateOf<'reservation'>);
      },
    });
    this.#timer = new Timer({
      nowMs: () => clock.nowMs(),
      // Whoever has the lease now has these deadlines, too.
      check: poolId => (isHeld() ? this.#checkPool(poolId) : Promise.resolve(0)),
      onKept: lateMs => observer.kept(lateMs),
      onFault: (poolId, error) => observer.checkFailed(poolId, error),
    });
    const paymentWork = new PaymentWork(this, ports.payments, () => clock.nowMs());
    this.#money = new Timer({
      nowMs: () => clock.nowMs(),
      check: async reservationId => {
        this.#money.set(reservationId, await paymentWork.work(reservationId));
        return 0;
      },
      onKept: () => undefined,
      onFault: (reservationId, error) => observer.owedFailed(`payment of reservation ${reservationId}`, error),
    });
  }

  /** Whether the memory has all that the stream held when the partition was opened. */
  get isCurrent(): boolean {
    return this.fold.sequence >= this.ports.endSequence;
  }

  nowSeconds(): Seconds {
    return Math.floor(this.ports.clock.nowMs() / MS_PER_SECOND);
  }

  /** Fills the timer with what the documents say and starts it. */
  async start(): Promise<void> {
    // A partition without messages is complete from the first moment, and no message will ever say so.
    if (this.isCurrent) await this.fold.markFolded();
    for await (const { poolId, dueAt } of this.ports.store.dues()) {
      // What was decided since the documents were written has set its own deadline.
      if (this.#aggregates.peek(this.address('pool', poolId)) === undefined) this.#timer.set(poolId, dueAt);
    }
    for await (const reservationId of this.ports.store.unpaid()) {
      if (this.#aggregates.peek(this.address('reservation', reservationId)) === undefined)
        this.#money.set(reservationId, this.nowSeconds());
    }
    this.#timer.start();
    this.#money.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#timer.stop(), this.#money.stop()]);
  }

  address<K extends Kind>(kind: K, key: KeyOf<K>): Address<K> {
    return addressOf(this.ports.subjects, kind, key);
  }

  /** Applies messages that the partition's reader delivered. */
  async apply(batch: readonly Delivery<Recorded | undefined>[]): Promise<void> {
    await this.fold.apply(batch);
    if (this.isCurrent) await this.fold.markFolded();
  }

  /** Decides and records a command; resolves when it is durable. @throws as `CapacityCalls.execute` */
  execute<K extends Kind>(kind: K, namespace: string, key: KeyOf<K>, given: Given<K>): Promise<ExecutedOn<K>> {
    const { id, createdAtMs, bodyHash, headers, when = 'now', command } = given;
    return this.#aggregates.execute(this.address(kind, key), {
      id,
      createdAtMs,
      bodyHash,
      body: { namespace, when, command },
      ...(headers === undefined ? {} : { headers }),
    });
  }

  /** An aggregate of a namespace as it is now. @throws Refusal with the kind's code for what does not exist or belongs to another namespace */
  async read<K extends Kind>(
    kind: K,
    namespace: string,
    key: KeyOf<K>,
  ): Promise<{ readonly state: NonNullable<StateOf<K>>; readonly sequence: number }> {
    const { state, sequence } = await this.#aggregates.read(this.address(kind, key));
    return { state: requireOwn(kind, namespace, state), sequence };
  }

  /** An aggregate as it is now, whoever owns it: for what one aggregate owes another. */
  async state<K extends Kind>(address: Address<K>): Promise<StateOf<K>> {
    return (await this.#aggregates.read(address)).state;
  }

  /** What is in memory of an aggregate, the newest of it; absent: nothing is. */
  peek<K extends Kind>(address: Address<K>): StateOf<K> | undefined {
    const decided = this.#aggregates.peek(address);
    const folded = this.fold.projector.peek(address);
    // One that is still being loaded is behind what was folded meanwhile.
    return decided === undefined || (folded !== undefined && folded.sequence > decided.sequence) ? folded?.state : decided.state;
  }

  /** Pools that had something due before an instant and have not been checked (design §5). */
  overdue(before: Seconds): readonly { readonly id: number; readonly dueAt: Seconds }[] {
    return this.#timer.overdue(before);
  }

  /** Makes everything happen that pools of the partition have due. */
  checkDue(): Promise<Checked> {
    return this.#timer.checkDue();
  }

  /** Makes happen what one pool has due. */
  async checkPool(poolId: number): Promise<Checked> {
    const events = await this.#checkPool(poolId);
    return { checked: events === 0 ? 0 : 1, events };
  }

  #folded({ address, message }: Recorded): void {
    this.#aggregates.fold(address.subject, message);
    // What commands are decided on has told its deadline itself, as soon as it was decided.
    const decided = this.#aggregates.peek(address);
    if (decided !== undefined && decided.sequence >= message.sequence) return;
    const state = this.fold.projector.peek(address)?.state;
    if (address.kind === 'pool') this.#schedule(state as StateOf<'pool'>);
    if (address.kind === 'reservation') this.#scheduleMoney(state as StateOf<'reservation'>);
  }

  #schedule(pool: Pool | undefined): void {
    if (pool !== undefined) this.#timer.set(pool.id, nextDue(pool));
  }

  #scheduleMoney(reservation: StateOf<'reservation'>): void {
    if (reservation !== undefined) this.#money.set(reservation.id, owesMoney(reservation) ? this.nowSeconds() : undefined);
  }

  /** The command re-decides from the aggregate: a deadline that is not one any more changes nothing (capacity §13.5). */
  async #checkPool(poolId: number): Promise<number> {
    const address = this.address('pool', poolId);
    const pool = await this.state(address);
    if (pool === undefined) return 0;
    const dueAt = nextDue(pool);
    const isDue = dueAt !== undefined && dueAt <= this.nowSeconds();
    const executed = isDue ? await this.execute('pool', pool.namespace, poolId, this.#checkOf(poolId, dueAt)) : undefined;
    this.#schedule(this.peek(address) ?? pool);
    return executed?.events.length ?? 0;
  }

  /** The same deadline is checked once, however many owners believe in it. */
  #checkOf(poolId: number, dueAt: Exact): Given<'pool'> {
    const createdAtMs = this.ports.clock.nowMs();
    return { id: `check:${poolId}:${dueAt}`, createdAtMs, bodyHash: 'check', command: { type: 'check' } };
  }
}
