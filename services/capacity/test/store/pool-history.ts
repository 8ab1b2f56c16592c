import type { Address } from '../../src/application/aggregates/aggregates.js';
import type { Dated, Image } from '../../src/application/store.js';
import {
  changedStays,
  decidePool,
  evolvePool,
  segmentOf,
  type Pool,
  type PoolCommand,
  type PoolEvent,
  type Segment,
  type Stay,
} from '../../src/domain/index.js';

export const T = 1_700_000_000;

export const poolAddress = (poolId: number): Address<'pool'> => ({
  kind: 'pool',
  key: poolId,
  subject: `test.capacity.0.pool.${poolId}`,
});

export interface OpeningOptions {
  readonly namespace?: string;
  readonly owner?: number;
  readonly sponsor?: number;
  readonly nodeIds?: readonly string[];
}

/** A pool that takes commands and gives images, as the owner of its partition does. */
export class PoolHistory {
  readonly events: PoolEvent[] = [];
  #pool: Pool | undefined;
  #sequence = 0;
  #stays = new Map<number, Dated<Stay>>();
  #segments: Dated<Segment>[] = [];

  constructor(
    readonly poolId: number,
    /** Of the stream's messages, one after the other. */
    private readonly nextSequence: () => number,
  ) {}

  static opened(poolId: number, nextSequence: () => number, options: OpeningOptions = {}): PoolHistory {
    const { namespace = 'acme', owner = 10, sponsor = 0, nodeIds = ['n1'] } = options;
    const history = new PoolHistory(poolId, nextSequence);
    history.execute({ type: 'open', poolId, namespace, owner, sponsor, nodeIds, at: T });
    return history;
  }

  get pool(): Pool {
    if (this.#pool === undefined) throw new Error('the pool is not open');
    return this.#pool;
  }

  get sequence(): number {
    return this.#sequence;
  }

  /** All workloads that changed since the last image. */
  get touched(): readonly number[] {
    return [...this.#stays.keys()];
  }

  execute(command: PoolCommand): this {
    const decided = decidePool(command, this.#pool);
    if (decided.length === 0) return this;
    this.#sequence = this.nextSequence();
    for (const event of decided) this.#fold(event);
    return this;
  }

  credit(amount: number | bigint, at = T): this {
    const amounts = [amount, amount, amount] as const;
    return this.execute({ type: 'credit', source: { cause: 'test' }, amounts, nodeIds: [], at });
  }

  activate(workloadId: number, rate: number, at = T, nodeId?: string): this {
    return this.execute({ type: 'activate', workloadId, rates: [rate, 0, 0], formulaVersion: 2, nodeId, at });
  }

  release(workloadId: number, at = T): this {
    return this.execute({ type: 'release', workloadId, cause: 'deleted', at });
  }

  /** What is not stored yet; from here on that is stored. */
  image(writeSnapshot = true): Image<'pool'> {
    const image = {
      address: poolAddress(this.poolId),
      state: this.pool,
      sequence: this.#sequence,
      timeMs: this.pool.lastAt * 1_000,
      stays: this.#stays,
      segments: this.#segments,
      writeSnapshot,
    };
    this.#stays = new Map();
    this.#segments = [];
    return image;
  }

  #fold(event: PoolEvent): void {
    const before = this.#pool;
    const after = evolvePool(before, event);
    this.#pool = after;
    this.events.push(event);
    if (before === undefined) return;
    for (const value of changedStays(before, event, after)) this.#stays.set(value.workloadId, { value, sequence: this.#sequence });
    const segment = segmentOf(before, after);
    if (segment !== undefined) this.#segments.push({ value: segment, sequence: this.#sequence });
  }
}

/** Sequences of one stream. */
export const sequences = (): (() => number) => {
  let last = 0;
  return () => (last += 1);
};
