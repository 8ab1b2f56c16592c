import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '@drawdown/errors';
import { breath, type Delivery } from '@drawdown/partitions';
import type { Address, Logs } from '../aggregates/aggregates.js';
import type { Kind } from '../aggregates/kinds.js';
import type { CapacityStore } from '../store.js';
import { Projector } from './projector.js';
import type { Recorded } from './recorded.js';

/**
 * Documents of pools are stored no closer together than this: what comes meanwhile is stored with them, which is what makes a busy pool cheap. Owners
 * answer from memory, so nobody waits for it but readers of lists.
 */
const STORES_APART_MS_MIN = 500;

export interface FoldPorts {
  readonly store: CapacityStore;
  readonly logs: Logs;
  /** Looked at before anything is stored. */
  readonly isHeld: () => boolean;
}

/** What somebody beside the documents makes of what was folded. */
export interface FoldFollower {
  /** A message is in the state; synchronous, in stream order. */
  folded(recorded: Recorded): void;
  /** Everything up to here is in the state. The watermark passes after this has resolved and everything is stored. */
  settled(touched: ReadonlyMap<string, Address<Kind>>): Promise<void>;
}

/** Folds one partition of the stream into documents; a message is behind the watermark when its effect is durable (design §4.11). */
export class PartitionFold {
  readonly projector: Projector;
  #last: Promise<unknown> = Promise.resolve();
  #touched = new Map<string, Address<Kind>>();
  #sequence: number;
  #storedSequence: number;
  #isFolded: boolean;
  #storedAtMs = -Infinity;

  constructor(
    private readonly ports: FoldPorts,
    private readonly follower?: FoldFollower,
  ) {
    const { store, logs } = ports;
    this.projector = new Projector(store, logs);
    this.#sequence = store.watermark.sequence;
    this.#storedSequence = this.#sequence;
    this.#isFolded = store.watermark.isFolded;
  }

  /** Last message of the partition that is in memory. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Last message whose effect is stored. */
  get storedSequence(): number {
    return this.#storedSequence;
  }

  /** Aggregates that have changed and whose effects on others, and whose documents, are not all done. */
  get unsettled(): number {
    return this.#touched.size;
  }

  /** Applies messages in order and stores their effects. Safe to call again with the same messages. */
  apply(batch: readonly Delivery<Recorded | undefined>[]): Promise<void> {
    return this.whileStill(async () => {
      await this.projector.require(batch.flatMap(({ value }) => (value === undefined ? [] : [value.address])));
      for (const { message, value } of batch) {
        await breath();
        if (message.sequence <= this.#sequence) continue;
        if (value !== undefined) this.#fold(value, message.timeMs);
        this.#sequence = message.sequence;
      }
      await this.follower?.settled(this.#touched);
      await this.#pace();
      await this.#store();
    });
  }

  /** Runs a task while nothing is applied. */
  whileStill<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task, task);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Says in the documents that they have all that the stream held; once in a generation. */
  async markFolded(): Promise<void> {
    if (this.#isFolded) return;
    await this.whileStill(async () => {
      this.#isFolded = true;
      await this.#writeWatermark();
    });
  }

  #fold(recorded: Recorded, timeMs: number): void {
    const { address, message } = recorded;
    this.projector.fold(recorded);
    const { sequence, decisions } = message;
    for (const { commandId } of decisions) this.ports.store.noteCommand(address.subject, commandId, sequence, timeMs);
    this.#touched.set(address.subject, address);
    this.follower?.folded(recorded);
  }

  /** Of everything but pools others await the consequences: a purchase, its number, its payment. */
  async #pace(): Promise<void> {
    const waitMs = this.#storedAtMs + STORES_APART_MS_MIN - performance.now();
    const arePools = [...this.#touched.values()].every(({ kind }) => kind === 'pool');
    if (waitMs > 0 && arePools) await pause(waitMs);
    this.#storedAtMs = performance.now();
  }

  async #store(): Promise<void> {
    if (this.#storedSequence === this.#sequence) return;
    const { store, isHeld } = this.ports;
    if (!isHeld()) throw new Fault('LEASE_LOST', 'the partition has another owner');
    const images = this.projector.images();
    await store.flush(images);
    this.projector.stored(images);
    await this.#writeWatermark();
    this.#touched = new Map();
  }

  async #writeWatermark(): Promise<void> {
    await this.ports.store.writeWatermark({ sequence: this.#sequence, isFolded: this.#isFolded });
    this.#storedSequence = this.#sequence;
  }
}
