import { Refusal } from '@drawdown/errors';
import { decidePool, evolvePool, NO_POOL, type Depletion, type Pool, type PoolCommand, type PoolEvent } from '@drawdown/capacity/domain';

/** Scenarios have no tenants: all their pools are one's. */
export const NAMESPACE = 'scenario';

/** The pools of one scenario. */
export class World {
  readonly #pools = new Map<number, Pool>();

  /** @throws Refusal `POOL_NOT_FOUND` */
  require(poolId: number): Pool {
    const pool = this.#pools.get(poolId);
    if (pool === undefined) throw new Refusal('POOL_NOT_FOUND', `there is no pool ${poolId}`, { pool: String(poolId) });
    return pool;
  }

  find(poolId: number): Pool | undefined {
    return this.#pools.get(poolId);
  }

  /** Decides a command and keeps what comes of it; no events: nothing changed. */
  execute(poolId: number, command: PoolCommand): readonly PoolEvent[] {
    const pool = this.#pools.get(poolId);
    const events = decidePool(command, pool);
    const after = events.reduce<Pool | undefined>(evolvePool, pool ?? NO_POOL);
    if (after !== undefined) this.#pools.set(poolId, after);
    return events;
  }

  keep(pool: Pool): void {
    this.#pools.set(pool.id, pool);
  }

  /** By id, ascending. */
  pools(): Pool[] {
    return [...this.#pools.values()].sort((left, right) => left.id - right.id);
  }

  depletions(): Depletion[] {
    return this.pools().map(({ id, emptyAt }) => ({ poolId: id, emptyAt }));
  }
}
