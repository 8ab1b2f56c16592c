import { Fault } from '@drawdown/errors';
import type { Subjects } from '@drawdown/eventlog';
import type { Delivery } from '@drawdown/partitions';
import { nextDue, type Pool, type Seconds } from '../../domain/index.js';
import { Aggregates, type Address, type ExecutedOn, type Logs } from '../aggregates/aggregates.js';
import type { Kind, KeyOf, StateOf } from '../aggregates/kinds.js';
import type { Given } from '../calls.js';
import { requireOwn } from '../aggregates/definitions.js';
import type { CapacityStore } from '../store.js';
import { Timer } from '../timer/timer.js';
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
  readonly observer: OwnerObserver;
}

/** One partition in the hands of its owner: commands, questions, what falls due, and the documents. */
export class CapacityOwner {
  readonly fold: PartitionFold;
  readonly #aggregates: Aggregates;
  readonly #timer: Timer;

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
      },
    });
    this.#timer = new Timer({
      nowMs: () => clock.nowMs(),
      check: poolId => this.#checkPool(poolId),
      onKept: lateMs => observer.kept(lateMs),
      onFault: (poolId, error) => observer.checkFailed(poolId, error),
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
    for await (const { poolId, dueAt } of this.ports.store.dues()) {
      // What was decided since the documents were written has set its own deadline.
      if (this.#aggregates.peek(this.address('pool', poolId)) === undefined) this.#timer.set(poolId, dueAt);
    }
    this.#timer.start();
  }

  async stop(): Promise<void> {
    await this.#timer.stop();
  }

  address<K extends Kind>(kind: K, key: KeyOf<K>): Address<K> {
    return addressOf(this.ports.subjects, kind, key);
  }

  /** Applies messages that the partition's reader delivered. */
  async apply(batch: readonly Delivery<Recorded>[]): Promise<void> {
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

  /** Pools that had something due before an instant and have not been checked (design §5). */
  overdue(before: Seconds): readonly { readonly id: number; readonly dueAt: Seconds }[] {
    return this.#timer.overdue(before);
  }

  /** Makes everything happen that is due in the partition. @returns how many pools had something due */
  checkDue(): Promise<number> {
    return this.#timer.checkDue();
  }

  #folded({ address, message }: Recorded): void {
    this.#aggregates.fold(address.subject, message);
    // A pool that commands are decided on has told its deadline itself, as soon as it was decided.
    if (address.kind === 'pool' && this.#aggregates.peek(address) === undefined) {
      this.#schedule(this.fold.projector.peek(address as Address<'pool'>)?.state);
    }
  }

  #schedule(pool: Pool | undefined): void {
    if (pool !== undefined) this.#timer.set(pool.id, nextDue(pool));
  }

  /** The command re-decides from the aggregate: a deadline that is not one any more changes nothing (capacity §13.5). */
  async #checkPool(poolId: number): Promise<void> {
    const pool = await this.state(this.address('pool', poolId));
    if (pool === undefined) return;
    const dueAt = nextDue(pool);
    if (dueAt !== undefined && dueAt <= this.nowSeconds()) {
      const nowMs = this.ports.clock.nowMs();
      await this.execute('pool', pool.namespace, poolId, {
        id: `check:${poolId}:${dueAt}`,
        createdAtMs: nowMs,
        bodyHash: 'check',
        command: { type: 'check' },
      });
    }
    this.#schedule(this.#aggregates.peek(this.address('pool', poolId))?.state ?? pool);
  }
}
