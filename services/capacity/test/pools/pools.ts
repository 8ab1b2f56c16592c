import { isRefusal } from '@drawdown/errors';
import {
  executePool,
  owedByPool,
  type Amounts,
  type Pool,
  type PoolCommand,
  type PoolEvent,
  type PoolOwed,
} from '../../src/domain/index.js';

export const T = 1_600_000_000;

/** Alerts have their own tests. */
const ALERTS: ReadonlySet<PoolEvent['type']> = new Set(['threshold-crossed', 'thresholds-cleared'] as const);

/** What a command came to, but for alerts. */
export interface Outcome {
  readonly events: readonly PoolEvent[];
  readonly refused?: string;
}

/** Milliunit-seconds or milliunits of whole units. */
export const units = (cu: number, su = 0, ipv4u = 0): Amounts => [cu * 1_000, su * 1_000, ipv4u * 1_000];

export const open = (poolId: number, at = T, owner = 11): PoolCommand => ({
  type: 'open',
  poolId,
  namespace: 'test',
  owner,
  sponsor: 0,
  nodeIds: ['a', 'b'],
  at,
});

export const credit = (at: number, amounts: Amounts): PoolCommand => ({
  type: 'credit',
  source: { cause: 'test' },
  amounts,
  nodeIds: [],
  at,
});

/** A lot: what a reservation bought, at one ten-millionth for a unit-second in every dimension. */
export const buy = (at: number, reservationId: number, amounts: Amounts): PoolCommand => ({
  type: 'credit',
  source: { reservationId },
  amounts,
  nodeIds: [],
  bought: {
    asset: 'TFT:ISSUER',
    amount: amounts.reduce<bigint>((sum, amount) => sum + BigInt(amount) / 1_000n, 0n),
    prices: [1n, 1n, 1n],
  },
  at,
});

export const activate = (at: number, workloadId: number, rates: Amounts, nodeId = 'a'): PoolCommand => ({
  type: 'activate',
  workloadId,
  rates,
  formulaVersion: 2,
  nodeId,
  at,
});

export const release = (at: number, workloadId: number): PoolCommand => ({ type: 'release', workloadId, cause: 'deleted', at });

export const check = (at: number): PoolCommand => ({ type: 'check', at });

const later = (command: PoolCommand, at: number): PoolCommand => ({ ...command, at: Math.max(command.at, at) });

/** Pools and the messages between them. A message may be sent again, late, or never; the pools' states alone say what still has to be. */
export class Pools {
  readonly #pools = new Map<number, Pool>();
  /** Everything that was recorded, and the same but for alerts. */
  readonly recorded: (readonly [number, PoolEvent])[] = [];
  readonly log: (readonly [number, PoolEvent])[] = [];
  readonly sent: PoolOwed[] = [];

  pool(id: number): Pool {
    const pool = this.#pools.get(id);
    if (pool === undefined) throw new TypeError(`there is no pool ${id}`);
    return pool;
  }

  all(): readonly Pool[] {
    return [...this.#pools.values()];
  }

  execute(id: number, command: PoolCommand): Outcome {
    try {
      const { events: recorded, pool } = executePool(command, this.#pools.get(id));
      this.#pools.set(id, pool);
      this.recorded.push(...recorded.map(event => [id, event] as const));
      const events = recorded.filter(({ type }) => !ALERTS.has(type));
      this.log.push(...events.map(event => [id, event] as const));
      return { events };
    } catch (error) {
      if (isRefusal(error)) return { events: [], refused: error.reason };
      throw error;
    }
  }

  /** Several commands that must not be refused. */
  given(id: number, ...commands: readonly PoolCommand[]): this {
    for (const command of commands) {
      const { refused } = this.execute(id, command);
      if (refused !== undefined) throw new Error(`${command.type} of pool ${id} was refused with ${refused}`);
    }
    return this;
  }

  owed(): readonly (readonly [owing: number, owed: PoolOwed])[] {
    return this.all().flatMap(pool => owedByPool(pool).map(owed => [pool.id, owed] as const));
  }

  /** Sends a message, and what comes of it back to the pool that owes it unless that is lost on the way. */
  deliver(owing: number, owed: PoolOwed, at: number, losesAnswer = false): Outcome {
    this.sent.push(owed);
    const outcome = this.execute(owed.poolId, later(owed.command, at));
    const answer = outcome.refused === undefined ? owed.accepted : owed.refused(outcome.refused);
    if (answer !== undefined && !losesAnswer) this.execute(owing, later(answer.command, at));
    return outcome;
  }

  /** Sends everything that is owed until nothing is. */
  settle(at: number): this {
    for (let round = 0; round < 200; round += 1) {
      const [first] = this.owed();
      if (first === undefined) return this;
      this.deliver(first[0], first[1], at);
    }
    throw new Error(`pools go on owing each other: ${JSON.stringify(this.owed().map(([, { id }]) => id))}`);
  }
}
