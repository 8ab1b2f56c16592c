import { FORMULA_VERSION, type Amounts, type PoolCommand } from '@drawdown/capacity/domain';
import { mulberry32 } from './generator.js';

/** 2020-09-13T12:26:40Z, where the baseline begins, in seconds. */
export const T = 1_600_000_000;

export const POOLS = 10_000;

const COMMANDS = 1_000_000;

const COMMANDS_PER_SECOND = 100;

const SEED = 42;

/** A workload that is never there: what a removal names when its pool has none left. */
const NO_WORKLOAD = 0;

/** A command of the baseline, or a look at a pool. */
export type Step =
  | { readonly pool: number; readonly command: PoolCommand }
  | { readonly pool: number; readonly command: undefined; readonly queriedAt: number };

/** Rates are eighths of a unit: 125 milliunits. */
const eighths = (cu: number, su: number, addresses: number): Amounts => [cu * 125, su * 125, addresses * 1_000];

const credit = (at: number, next: () => number): PoolCommand => {
  const cu = 1 + (next() % 100_000);
  const su = 1 + (next() % 100_000);
  return { type: 'credit', at, source: { cause: 'benchmark' }, amounts: [cu * 1_000, su * 1_000, 0], nodeIds: [] };
};

const activate = (at: number, workloadId: number, next: () => number): PoolCommand => {
  const cu = 1 + (next() % 32);
  const su = next() % 8;
  const addresses = next() % 16 === 0 ? 1 : 0;
  return { type: 'activate', at, workloadId, rates: eighths(cu, su, addresses), formulaVersion: FORMULA_VERSION };
};

/** Workload (a) of the baseline: credits, additions, removals and queries on 10,000 pools. */
export const mixedCommands = (): readonly Step[] => {
  const next = mulberry32(SEED);
  const workloads: number[][] = Array.from({ length: POOLS }, () => []);
  return Array.from({ length: COMMANDS }, (_, index): Step => {
    const at = T + Math.floor(index / COMMANDS_PER_SECOND);
    const pool = next() % POOLS;
    const kind = next() % 100;
    if (kind < 15) return { pool, command: credit(at, next) };
    if (kind < 60) {
      workloads[pool]?.push(index + 1);
      return { pool, command: activate(at, index + 1, next) };
    }
    if (kind < 90) {
      const workloadId = workloads[pool]?.shift() ?? NO_WORKLOAD;
      return { pool, command: { type: 'release', at, workloadId, cause: 'deleted' } };
    }
    return { pool, command: undefined, queriedAt: at };
  });
};
