import type { Db } from 'mongodb';
import { followReadModel, type Following } from './follow.js';
import { ReadModel, type ReadModelDeclaration } from './read-model.js';

/** How often a replica looks whether another generation is read. */
const LOOK_EVERY_MS = 500;
/** How long a generation stays after nobody should read it any more. */
const RETIRED_GRACE_MS = 60_000;

export interface CurrentReadModelOptions {
  readonly db: Db;
  readonly declaration: ReadModelDeclaration;
  /** Incarnations of the streams it is folded from. */
  readonly incarnation: string;
  readonly nowMs: () => number;
  /** Another generation is read from now on: every owner opens its partitions there. */
  readonly onChanged: () => void;
  /** A rebuild began: every owner folds its partitions into `next` as well. */
  readonly onBuilding: (next: ReadModel) => void;
  readonly onFault: (error: unknown) => void;
}

/** The generation of the read model that this replica reads; follows the pointer, and begins a new one when the database was emptied. */
export class CurrentReadModel {
  #following: Following | undefined;

  private constructor(
    private readonly options: CurrentReadModelOptions,
    private model: ReadModel,
  ) {}

  static async open(options: CurrentReadModelOptions): Promise<CurrentReadModel> {
    const current = new CurrentReadModel(options, await openModel(options));
    current.#follow();
    current.#dropRetired();
    return current;
  }

  get readModel(): ReadModel {
    return this.model;
  }

  stop(): void {
    this.#following?.stop();
  }

  #follow(): void {
    const { onBuilding, onChanged, onFault } = this.options;
    this.#following = followReadModel(this.model, {
      everyMs: LOOK_EVERY_MS,
      onFault,
      onChange: change => {
        if (change.kind === 'building') onBuilding(change.next);
        else if (change.kind === 'missing') void this.#reopen();
        else {
          this.model = change.current;
          onChanged();
          setTimeout(() => this.#dropRetired(), RETIRED_GRACE_MS).unref();
        }
      },
    });
  }

  #dropRetired(): void {
    this.model.dropRetired(RETIRED_GRACE_MS).catch(this.options.onFault);
  }

  async #reopen(): Promise<void> {
    try {
      this.model = await openModel(this.options);
      this.options.onChanged();
    } catch (error) {
      this.options.onFault(error);
    }
    this.#follow();
  }
}

const openModel = ({ db, declaration, incarnation, nowMs }: CurrentReadModelOptions): Promise<ReadModel> =>
  ReadModel.open(db, declaration, { incarnation, nowMs });
