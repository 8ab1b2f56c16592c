import assert from 'node:assert/strict';
import { loadavg } from 'node:os';
import { executePool, formatMilli, of, settledAt, type Dimension, type Pool } from '@drawdown/capacity/domain';
import { describeSpread, spreadOf } from '../pairs.js';
import { commandOf, COMMANDS, instantOf, mixedCommands, poolOf, POOLS, T } from './commands.js';
import { executePlainly } from './plain-loop.js';

const RUNS = 5;

const END = T + 10_000;

/** Milliunit-seconds. */
const COMPUTE_SEEN = 31_060_574_570_875;

const REFERENCE_SECONDS = '0.43–0.45';

const open = (): Pool[] =>
  Array.from(
    { length: POOLS },
    (_, index) =>
      executePool({ type: 'open', poolId: index + 1, namespace: 'bench', owner: 1, sponsor: 0, nodeIds: ['node'], at: T }, undefined).pool,
  );

/** Runs every command, folding what was decided; the sum of compute that the queries saw, in milliunit-seconds. */
const execute = (pools: Pool[], packed: Int32Array): bigint => {
  let seen = 0n;
  for (let index = 0; index < COMMANDS; index += 1) {
    const position = poolOf(packed, index);
    const pool = pools[position];
    if (pool === undefined) throw new RangeError(`there is no pool ${position}`);
    const command = commandOf(packed, index);
    if (command === undefined) {
      seen += BigInt(of(settledAt(pool, instantOf(index)).balance, 'cu'));
      continue;
    }
    pools[position] = executePool(command, pool).pool;
  }
  return seen;
};

/** The check sums of the baseline, to the thousandth. */
const assertEnd = (pools: readonly Pool[], seen: bigint): void => {
  const sum = (value: (pool: Pool) => number | bigint): bigint => pools.reduce((total, pool) => total + BigInt(value(pool)), 0n);
  const left = (dimension: Dimension): string => formatMilli(sum(pool => of(settledAt(pool, END).balance, dimension)));
  const rates = (dimension: Dimension): string => formatMilli(sum(pool => of(pool.rates, dimension)));
  assert.equal(formatMilli(seen), '31060574570.875', 'compute seen by the queries');
  assert.equal(
    sum(({ emptyAt }) => emptyAt ?? 0),
    15_913_868_688_357n,
    'sum of the depletion instants',
  );
  assert.equal(pools.filter(({ emptyAt }) => emptyAt === undefined).length, 54, 'pools that never empty');
  assert.deepEqual([left('cu'), left('su'), left('ipv4u')], ['5658295420.625', '7112989905.375', '0'], 'left');
  assert.deepEqual([rates('cu'), rates('su'), rates('ipv4u')], ['346767.375', '73755.5', '10591'], 'rates');
  assert.equal(
    sum(({ members }) => members.size),
    168_511n,
    'members',
  );
  assert.equal(Math.max(...pools.map(({ members }) => members.size)), 47, 'members of the largest pool');
};

/** Seconds of processor time that something takes, those of the garbage collector included: a busy machine does not change them much. */
const cpuSeconds = (work: () => void): number => {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
};

/**
 * Workload (a) of the capacity baseline on the domain alone, one core, decided and folded as the service would: checks every check sum, then
 * prints commands per second of processor time beside a plain loop over the same commands, in turns, and the reference's figures.
 */
export const runPoolsMemory = (): void => {
  const print = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  print(`pools-memory · node ${process.version} · load ${loadavg()[0]?.toFixed(1) ?? '?'}`);
  const packed = mixedCommands();
  const runs = Array.from({ length: RUNS }, () => {
    const plain = cpuSeconds(() => assert.equal(executePlainly(packed), COMPUTE_SEEN, 'compute seen by the plain loop'));
    const pools = open();
    let seen = 0n;
    const domain = cpuSeconds(() => {
      seen = execute(pools, packed);
    });
    assertEnd(pools, seen);
    return { plain, domain };
  });
  const perSecond = (seconds: number): number => COMMANDS / seconds / 1e6;
  print(`${COMMANDS} commands on ${POOLS} pools, decided and folded: check sums agree in all ${RUNS} runs`);
  print(`domain, processor seconds      ${describeSpread(spreadOf(runs.map(({ domain }) => domain)), 3)}`);
  print(`domain, million commands/s     ${describeSpread(spreadOf(runs.map(({ domain }) => perSecond(domain))), 2)}`);
  print(`plain loop, million commands/s ${describeSpread(spreadOf(runs.map(({ plain }) => perSecond(plain))), 2)}`);
  print(`domain / plain loop            ${describeSpread(spreadOf(runs.map(({ plain, domain }) => plain / domain)), 2)}`);
  print(`reference, elsewhere           ${REFERENCE_SECONDS} s, 2.23–2.32 million commands/s`);
};
