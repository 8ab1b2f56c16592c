import { Fault } from '@drawdown/errors';
import type { Lease, ReaderStatus } from '@drawdown/partitions';
import type { Db } from 'mongodb';
import type { ProbeReads, ReadableProbe } from '../../application/probe/ports.js';
import type { SessionQueries } from '../../application/views/session-queries.js';
import type { SessionViewObserver } from '../../application/views/session-view-fold.js';
import type { SessionLogAccess } from '../jetstream/session-log-access.js';
import { audit, type Audit } from './audit.js';
import { CurrentGeneration } from './current-generation.js';
import { PROBES } from './documents.js';
import { deleteExpired, type Expired } from './expired-views.js';
import { OwnedViews } from './owned-views.js';
import { rebuild, type RebuildProgress } from './rebuild.js';
import { MongoSessionQueries } from './session-queries.js';
import { WATERMARK } from './view-store.js';

export interface SessionViewsOptions extends SessionLogAccess {
  readonly db: Db;
  /** Incarnation of the stream of sessions (design §3.17). */
  readonly incarnation: string;
  readonly viewObserver?: SessionViewObserver;
  /** What has left the stream by its age; undefined while everything stays. */
  readonly expired?: () => Promise<Expired | undefined>;
}

/**
 * The read model of closed sessions in this process: folds the partitions that it owns and answers for all of them. A rebuild folds a second
 * generation beside the one that is read; an emptied database is noticed and folded anew.
 */
export class SessionViews implements ProbeReads {
  readonly queries: SessionQueries;
  readonly #owned = new Map<number, OwnedViews>();

  private constructor(
    private readonly options: SessionViewsOptions,
    private readonly generation: CurrentGeneration,
  ) {
    this.queries = new MongoSessionQueries(() => generation.readModel);
  }

  static async open(options: SessionViewsOptions): Promise<SessionViews> {
    const { db, incarnation, nowMs, observer } = options;
    const opened: { views?: SessionViews } = {};
    const generation = await CurrentGeneration.open({
      db,
      incarnation,
      nowMs,
      onChange: () => opened.views?.followGenerations(),
      onFault: error => observer?.troubled?.('following the read model of sessions', error),
    });
    opened.views = new SessionViews(options, generation);
    return opened.views;
  }

  /** Begins to fold a partition under this lease. @throws Fault when the database does not answer */
  async own(lease: Lease): Promise<void> {
    await this.release(lease.partition);
    const owned = new OwnedViews({ ...this.options, lease, generation: this.generation });
    this.#owned.set(lease.partition, owned);
    await owned.settle();
  }

  /** Resolves when nothing is written for the partition any more. */
  async release(partition: number): Promise<void> {
    const owned = this.#owned.get(partition);
    this.#owned.delete(partition);
    await owned?.stop();
  }

  /** Resolves when this message of an owned partition can be read; rejects when the signal aborts. */
  async reached(partition: number, sequence: number, signal?: AbortSignal): Promise<void> {
    await this.#require(partition).current.reached(sequence, signal);
  }

  /** Last message of a partition up to which everything that is whole can be read, whichever replica folds it; 0: none. */
  async folded(partition: number): Promise<number> {
    return (await this.generation.readModel.watermarks.read(partition))?.sequences[WATERMARK.applied] ?? 0;
  }

  /** The newest probe of a partition that can be read, whichever replica folds it. */
  async latest(partition: number): Promise<ReadableProbe | undefined> {
    return this.generation.readModel.collection(PROBES).find(String(partition));
  }

  /** Lag and waiting message; `undefined` for a partition that is not owned here. */
  status(partition: number): ReaderStatus | undefined {
    return this.#owned.get(partition)?.status();
  }

  connectionInterrupted(): void {
    for (const owned of this.#owned.values()) owned.connectionInterrupted();
  }

  /** Builds the documents anew from the stream while the present ones are read, and goes over to them; ends when that is done. */
  rebuild(): AsyncGenerator<RebuildProgress> {
    return rebuild(() => this.generation.readModel);
  }

  /** Deletes documents of owned partitions whose publications have left the stream by their age. @returns documents */
  async expire(partitions: Iterable<number> = this.#owned.keys()): Promise<number> {
    const expired = await this.options.expired?.();
    if (expired === undefined) return 0;
    const { readModel } = this.generation;
    let deleted = 0;
    for (const partition of partitions) {
      // Not folded here yet, or not any more: somebody's next turn.
      if (this.status(partition) === undefined) continue;
      // In turn with the fold: a revision that comes just now would be taken for the one that has expired.
      deleted += await this.#require(partition).current.whileStill(() => deleteExpired(readModel, partition, expired));
    }
    return deleted;
  }

  /** Folds an owned partition again and compares; nothing is applied to it meanwhile. What has expired is no difference. */
  async audit(partition: number): Promise<Audit> {
    await this.expire([partition]);
    return audit(this.options, partition, this.#require(partition).current, this.generation.readModel);
  }

  async stop(): Promise<void> {
    this.generation.stop();
    await Promise.all([...this.#owned.keys()].map(partition => this.release(partition)));
  }

  private followGenerations(): void {
    for (const owned of this.#owned.values()) void owned.settleUntilDone();
  }

  #require(partition: number): OwnedViews {
    const owned = this.#owned.get(partition);
    if (owned === undefined) throw new Fault('OWNER_UNAVAILABLE', `partition ${partition} of sessions is not folded here`);
    return owned;
  }
}
