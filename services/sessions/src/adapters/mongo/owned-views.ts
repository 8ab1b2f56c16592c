import { Fault } from '@drawdown/errors';
import type { ReaderStatus } from '@drawdown/partitions';
import { setTimeout as pause } from 'node:timers/promises';
import type { CurrentGeneration } from './current-generation.js';
import { ViewReader, type ViewReaderOptions } from './view-reader.js';

export interface OwnedViewsOptions extends Omit<ViewReaderOptions, 'readModel' | 'copiesDeadLetters'> {
  readonly generation: CurrentGeneration;
}

const RETRY_MS = 500;

/** One owned partition: a reader for each generation that is folded. */
export class OwnedViews {
  readonly #readers = new Map<string, ViewReader>();
  readonly #stopping = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: OwnedViewsOptions) {}

  /** The reader of the generation that is read. @throws Fault while it is being opened */
  get current(): ViewReader {
    const reader = this.#readers.get(this.options.generation.readModel.generation);
    if (reader === undefined) throw new Fault('OWNER_UNAVAILABLE', 'the read model of sessions is being opened');
    return reader;
  }

  status(): ReaderStatus | undefined {
    return this.#readers.get(this.options.generation.readModel.generation)?.status();
  }

  /** Ends readers of generations that are not folded any more and starts those that are missing. */
  settle(): Promise<void> {
    const turn = this.#turn.then(() => this.startAndStop());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** The same, again and again while the database does not answer. */
  async settleUntilDone(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.settle();
        return;
      } catch (error) {
        this.options.observer?.troubled?.('opening the read model of sessions', error);
      }
      await pause(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  connectionInterrupted(): void {
    for (const reader of this.#readers.values()) reader.connectionInterrupted();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.settle();
  }

  private async startAndStop(): Promise<void> {
    const { generation, ...access } = this.options;
    const wanted = this.#stopping.signal.aborted ? [] : generation.folded;
    for (const [name, reader] of this.#readers) {
      if (wanted.some(model => model.generation === name)) continue;
      this.#readers.delete(name);
      await reader.stop();
    }
    for (const readModel of wanted) {
      if (this.#readers.has(readModel.generation)) continue;
      const copiesDeadLetters = (): boolean => generation.readModel.generation === readModel.generation;
      this.#readers.set(readModel.generation, await ViewReader.start({ ...access, readModel, copiesDeadLetters }));
    }
  }
}
