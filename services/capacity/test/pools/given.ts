import { isRefusal } from '@drawdown/errors';
import {
  DEFAULT_POLICY,
  executePool,
  NO_POOL,
  type Amounts,
  type Policy,
  type Pool,
  type PoolCommand,
  type PoolEvent,
} from '../../src/domain/index.js';

/** The instant at which everything in the specification's examples begins. */
export const T = 1_600_000_000;

export const OPEN: PoolCommand = { type: 'open', poolId: 1, namespace: 'shop', owner: 11, sponsor: 0, nodeIds: ['a'], at: T };

export interface Outcome {
  readonly pool: Pool;
  readonly events: readonly PoolEvent[];
  /** The code of what it was refused for, and what the refusal says besides. */
  readonly refused?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export const execute = (pool: Pool | undefined, command: PoolCommand): Outcome => {
  try {
    return executePool(command, pool);
  } catch (error) {
    if (isRefusal(error)) return { pool: pool as Pool, events: [], refused: error.reason, metadata: error.metadata };
    throw error;
  }
};

/** The pool after commands, none of which may be refused. */
export const after = (...commands: readonly PoolCommand[]): Pool => then(NO_POOL, ...commands);

export const then = (start: Pool | undefined, ...commands: readonly PoolCommand[]): Pool => {
  let pool = start;
  for (const command of commands) pool = executePool(command, pool).pool;
  if (pool === undefined) throw new Error('no pool was opened');
  return pool;
};

export const credit = (at: number, cu: number | bigint, su = 0, ipv4u = 0): Extract<PoolCommand, { type: 'credit' }> => ({
  type: 'credit',
  source: { cause: 'test' },
  amounts: [cu, su, ipv4u],
  nodeIds: [],
  at,
});

/** Unit-seconds. */
export const bought = (at: number, cu: number, su = 0, ipv4u = 0): PoolCommand => credit(at, cu * 1_000, su * 1_000, ipv4u * 1_000);

export const addRates = (at: number, workloadId: number, rates: Amounts, priority?: number): PoolCommand => ({
  type: 'activate',
  workloadId,
  rates,
  formulaVersion: 2,
  priority,
  at,
});

/** Milliunits. */
export const add = (at: number, workloadId: number, cu: number, su = 0, ipv4u = 0): PoolCommand =>
  addRates(at, workloadId, [cu, su, ipv4u]);

export const release = (at: number, workloadId: number): PoolCommand => ({ type: 'release', workloadId, cause: 'deleted', at });

export const check = (at: number): PoolCommand => ({ type: 'check', at });

export const hold = (at: number, workloadId: number, cu: number, horizonSeconds: number): PoolCommand => ({
  type: 'hold',
  workloadId,
  rates: [cu, 0, 0],
  formulaVersion: 2,
  horizonSeconds,
  until: at + 900,
  at,
});

export const run = (at: number, workloadId: number, cu: number, runForSeconds: number): PoolCommand => ({
  type: 'hold',
  workloadId,
  rates: [cu, 0, 0],
  formulaVersion: 2,
  runForSeconds,
  until: at + 900,
  at,
});

export const policy = (changes: Partial<Policy>, at = T): PoolCommand => ({
  type: 'set-policy',
  policy: { ...DEFAULT_POLICY, ...changes },
  at,
});

/** Nobody is told anything: for what is about something else. */
export const QUIET: Partial<Policy> = { alerts: { seconds: [], percents: [] } };

/** A pool whose owner wants no alerts. */
export const QUIETLY: readonly PoolCommand[] = [OPEN, policy(QUIET)];

export const types = (events: readonly PoolEvent[]): readonly string[] => events.map(({ type }) => type);

/** Everything that is in a pool, as plain values: two that are equal here are the same, bit for bit. */
export const plain = (value: unknown): unknown => {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  if ('entries' in value && typeof value.entries === 'function')
    return [...(value as { entries(): Iterable<unknown> }).entries()].map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
};
