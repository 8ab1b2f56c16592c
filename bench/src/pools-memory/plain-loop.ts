import { commandOf, COMMANDS, instantOf, poolOf, POOLS, T } from './commands.js';

interface PlainPool {
  readonly balance: number[];
  readonly rates: number[];
  asOf: number;
  emptyAt: number;
  readonly members: Map<number, readonly number[]>;
}

const settle = (pool: PlainPool, at: number): void => {
  const elapsed = at - pool.asOf;
  if (elapsed <= 0) return;
  for (let index = 0; index < 3; index += 1) {
    const used = (pool.rates[index] ?? 0) * elapsed;
    const balance = pool.balance[index] ?? 0;
    pool.balance[index] = balance > used ? balance - used : 0;
  }
  pool.asOf = at;
};

const foresee = (pool: PlainPool): void => {
  let seconds = Infinity;
  for (let index = 0; index < 3; index += 1) {
    const rate = pool.rates[index] ?? 0;
    if (rate > 0) seconds = Math.min(seconds, Math.floor((pool.balance[index] ?? 0) / rate));
  }
  pool.emptyAt = pool.asOf + seconds;
};

const add = (to: number[], amounts: readonly number[], sign: number): void => {
  for (let index = 0; index < 3; index += 1) to[index] = (to[index] ?? 0) + sign * (amounts[index] ?? 0);
};

/**
 * The same commands on pools that are changed in place, as the reference does: no events, nothing exhausted, nobody told, no limits, doubles
 * only. What the domain costs beyond this is what it does beyond this. @returns the compute that the queries saw, in milliunit-seconds
 */
export const executePlainly = (packed: Int32Array): number => {
  const pools = Array.from({ length: POOLS }, (): PlainPool => ({
    balance: [0, 0, 0],
    rates: [0, 0, 0],
    asOf: T,
    emptyAt: Infinity,
    members: new Map(),
  }));
  let seen = 0;
  for (let index = 0; index < COMMANDS; index += 1) {
    const pool = pools[poolOf(packed, index)];
    if (pool === undefined) throw new RangeError('there is no such pool');
    const command = commandOf(packed, index);
    const at = instantOf(index);
    if (command === undefined) seen += Math.max(0, (pool.balance[0] ?? 0) - (pool.rates[0] ?? 0) * (at - pool.asOf));
    else if (command.type === 'credit') {
      settle(pool, at);
      add(pool.balance, command.amounts.map(Number), 1);
      foresee(pool);
    } else if (command.type === 'activate' && !pool.members.has(command.workloadId)) {
      const rates = (command.rates ?? []).map(Number);
      settle(pool, at);
      pool.members.set(command.workloadId, rates);
      add(pool.rates, rates, 1);
      foresee(pool);
    } else if (command.type === 'release') {
      const rates = pool.members.get(command.workloadId);
      if (rates === undefined) continue;
      settle(pool, at);
      pool.members.delete(command.workloadId);
      add(pool.rates, rates, -1);
      foresee(pool);
    }
  }
  return seen;
};
