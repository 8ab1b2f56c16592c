import { followReadModel, ReadModel, type Following } from '@drawdown/projections';
import type { Db } from 'mongodb';
import { SESSIONS_READ_MODEL } from './documents.js';

/** How often a replica looks whether another generation is read. */
const LOOK_EVERY_MS = 500;
/** How long a generation stays after nobody should read it any more. */
const RETIRED_GRACE_MS = 60_000;

export interface CurrentGenerationOptions {
  readonly db: Db;
  /** Incarnation of the stream of sessions (design §3.17). */
  readonly incarnation: string;
  readonly nowMs: () => number;
  /** The generations that are folded have changed. */
  readonly onChange: () => void;
  readonly onFault: (error: unknown) => void;
}

/** Which generations of the read model this replica folds: the one that is read, and one that is being built. Follows the pointer. */
export class CurrentGeneration {
  #following: Following | undefined;
  #next: ReadModel | undefined;

  private constructor(
    private readonly options: CurrentGenerationOptions,
    private model: ReadModel,
  ) {}

  static async open(options: CurrentGenerationOptions): Promise<CurrentGeneration> {
    const current = new CurrentGeneration(options, await openModel(options));
    current.#follow();
    current.#dropRetired();
    return current;
  }

  get readModel(): ReadModel {
    return this.model;
  }

  /** The one that is read first. */
  get folded(): readonly ReadModel[] {
    return this.#next === undefined ? [this.model] : [this.model, this.#next];
  }

  stop(): void {
    this.#following?.stop();
  }

  #follow(): void {
    this.#following = followReadModel(this.model, {
      everyMs: LOOK_EVERY_MS,
      onFault: this.options.onFault,
      onChange: change => {
        if (change.kind === 'missing') {
          void this.#reopen();
          return;
        }
        if (change.kind === 'building') this.#next = change.next;
        else this.#flipped(change.current);
        this.options.onChange();
      },
    });
  }

  #flipped(current: ReadModel): void {
    this.model = current;
    this.#next = undefined;
    setTimeout(() => this.#dropRetired(), RETIRED_GRACE_MS).unref();
  }

  #dropRetired(): void {
    this.model.dropRetired(RETIRED_GRACE_MS).catch(this.options.onFault);
  }

  /** Somebody emptied the database: an empty generation begins, and every owner folds from the beginning of the stream. */
  async #reopen(): Promise<void> {
    try {
      this.model = await openModel(this.options);
      this.#next = undefined;
      this.options.onChange();
    } catch (error) {
      this.options.onFault(error);
    }
    this.#follow();
  }
}

const openModel = ({ db, incarnation, nowMs }: CurrentGenerationOptions): Promise<ReadModel> =>
  ReadModel.open(db, SESSIONS_READ_MODEL, { incarnation, nowMs });
