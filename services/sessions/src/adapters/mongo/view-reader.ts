import { PartitionReader, type Lease, type ReaderStatus } from '@drawdown/partitions';
import type { ReadModel } from '@drawdown/projections';
import { setTimeout as pause } from 'node:timers/promises';
import type { SessionLogEntry } from '../../application/views/session-log.js';
import { SessionViewFold, type SessionViewObserver } from '../../application/views/session-view-fold.js';
import { decodeSessionMessage } from '../jetstream/session-decode.js';
import { CONTEXT, chunkAt, loggedEntry, type SessionLogAccess } from '../jetstream/session-log-access.js';
import { MongoViewStore } from './view-store.js';

export interface ViewReaderOptions extends SessionLogAccess {
  readonly readModel: ReadModel;
  readonly lease: Lease;
  readonly viewObserver?: SessionViewObserver;
  /** A generation that is being built does not copy dead letters: the one that is read has done so. */
  readonly copiesDeadLetters: () => boolean;
}

const MARK_RETRY_MS = 200;

/** Folds one partition into one generation, with a reader of its own: from its watermark, and then on. */
export class ViewReader {
  readonly #stopping = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly options: ViewReaderOptions,
    private readonly fold: SessionViewFold,
    private readonly reader: PartitionReader<SessionLogEntry>,
  ) {}

  static async start(options: ViewReaderOptions): Promise<ViewReader> {
    const { nats, prefix, subjects, lease, readModel, isSetAside, observer, limits, viewObserver, copiesDeadLetters } = options;
    const store = await MongoViewStore.open({ readModel, partition: lease.partition, stamp: () => stampOf(options) });
    const fold = new SessionViewFold({
      store,
      readAgain: sequence => chunkAt(options, sequence),
      ...(viewObserver === undefined ? {} : { observer: viewObserver }),
    });
    const started: { view?: ViewReader } = {};
    const reader = new PartitionReader<SessionLogEntry>({
      nats,
      prefix,
      service: CONTEXT,
      partition: lease.partition,
      inputs: [{ stream: 'sessions', filters: partition => subjects.filters('sessions', partition) }],
      isSetAside,
      isHeld: () => lease.isHeld(),
      ...(observer === undefined ? {} : { observer }),
      ...(limits === undefined ? {} : { limits }),
      processor: {
        decode: message => {
          const decoded = decodeSessionMessage(subjects, message);
          return decoded.ok || copiesDeadLetters() ? decoded : { ok: true, value: { kind: 'unknown', type: '' } };
        },
        apply: async batch => started.view?.alone(() => fold.apply(batch.map(loggedEntry))),
      },
    });
    const view = new ViewReader(options, fold, reader);
    started.view = view;
    await reader.start({ sessions: store.watermark });
    void view.markFolded();
    return view;
  }

  get generation(): string {
    return this.options.readModel.generation;
  }

  /** Resolves when this message is in the documents; rejects when the signal aborts or the reader stops. */
  reached(sequence: number, signal?: AbortSignal): Promise<void> {
    return this.reader.reached('sessions', sequence, signal);
  }

  caughtUp(signal?: AbortSignal): Promise<void> {
    return this.reader.caughtUp(signal);
  }

  status(): ReaderStatus {
    return this.reader.status();
  }

  /** Publications whose last message has not come. */
  get waiting(): number {
    return this.fold.waiting;
  }

  connectionInterrupted(): void {
    this.reader.connectionInterrupted();
  }

  /** Nothing is applied while the work is done; it is told up to which message everything is in the documents. */
  whileStill<T>(work: (sequence: number) => Promise<T>): Promise<T> {
    return this.alone(() => work(this.fold.sequence));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.reader.stop();
    await this.#turn;
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** A partition without any message has a watermark too, so that a rebuild can tell that somebody has looked. */
  private async markFolded(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.reader.caughtUp(signal);
        await this.alone(() => this.fold.apply([]));
        return;
      } catch (error) {
        if (!signal.aborted) this.options.observer?.troubled?.('marking a partition of sessions as folded', error);
      }
      await pause(MARK_RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

const stampOf = ({ lease, nowMs }: ViewReaderOptions): { readonly epoch: number; readonly writtenAtMs: number } => ({
  epoch: lease.epoch,
  writtenAtMs: nowMs(),
});
