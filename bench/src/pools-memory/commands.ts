import { FORMULA_VERSION, type Amounts, type PoolCommand } from '@drawdown/capacity/domain';
import { mulberry32 } from './generator.js';

/** 2020-09-13T12:26:40Z, where the baseline begins, in seconds. */
export const T = 1_600_000_000;

export const POOLS = 10_000;

export const COMMANDS = 1_000_000;

const COMMANDS_PER_SECOND = 100;

const SEED = 42;

/** A workload that is never there: what a removal names when its pool has none left. */
const NO_WORKLOAD = 0;

const KINDS = { credit: 0, activate: 1, release: 2, query: 3 } as const;

/** Numbers per command: pool, kind, workload, and an amount of each dimension. */
const WIDTH = 6;

/**
 * The list of workload (a) of the baseline, made before anything is timed. Packed, because a million objects would make the garbage collector
 * the thing that is measured.
 */
export const mixedCommands = (): Int32Array => {
  const next = mulberry32(SEED);
  const workloads: number[][] = Array.from({ length: POOLS }, () => []);
  const packed = new Int32Array(COMMANDS * WIDTH);
  for (let index = 0; index < COMMANDS; index += 1) {
    const pool = next() % POOLS;
    packed.set([pool, ...draw(next, index + 1, workloads[pool] ?? [])], index * WIDTH);
  }
  return packed;
};

/** Kind, workload and amounts of a command; amounts in milliunits, credits in milliunit-seconds. */
const draw = (next: () => number, workloadId: number, workloads: number[]): number[] => {
  const kind = next() % 100;
  if (kind < 15) {
    const cu = 1 + (next() % 100_000);
    const su = 1 + (next() % 100_000);
    return [KINDS.credit, NO_WORKLOAD, cu * 1_000, su * 1_000, 0];
  }
  if (kind < 60) {
    workloads.push(workloadId);
    const cu = 1 + (next() % 32);
    const su = next() % 8;
    const addresses = next() % 16 === 0 ? 1 : 0;
    return [KINDS.activate, workloadId, cu * 125, su * 125, addresses * 1_000];
  }
  return kind < 90 ? [KINDS.release, workloads.shift() ?? NO_WORKLOAD] : [KINDS.query];
};

export const instantOf = (index: number): number => T + Math.floor(index / COMMANDS_PER_SECOND);

export const poolOf = (packed: Int32Array, index: number): number => packed[index * WIDTH] ?? 0;

/** The command at an index; absent: a look at the pool. */
export const commandOf = (packed: Int32Array, index: number): PoolCommand | undefined => {
  const start = index * WIDTH;
  const at = instantOf(index);
  const workloadId = packed[start + 2] ?? NO_WORKLOAD;
  const amounts: Amounts = [packed[start + 3] ?? 0, packed[start + 4] ?? 0, packed[start + 5] ?? 0];
  const kind = packed[start + 1] ?? KINDS.query;
  switch (kind) {
    case KINDS.credit:
      return { type: 'credit', at, source: BENCHMARK, amounts, nodeIds: [] };
    case KINDS.activate:
      return { type: 'activate', at, workloadId, rates: amounts, formulaVersion: FORMULA_VERSION };
    case KINDS.release:
      return { type: 'release', at, workloadId, cause: 'deleted' };
    default:
      return undefined;
  }
};

const BENCHMARK = { cause: 'benchmark' } as const;
