import assert from 'node:assert/strict';
import { loadavg } from 'node:os';
import { decidePool, evolvePool, formatMilli, of, settledAt, type Dimension, type Pool } from '@drawdown/capacity/domain';
import { describeSpread, spreadOf } from '../pairs.js';
import { commandOf, COMMANDS, instantOf, mixedCommands, poolOf, POOLS, T } from './commands.js';

const RUNS = 5;

const END = T + 10_000;

const REFERENCE_SECONDS = '0.43–0.45';

const open = (): Pool[] =>
  Array.from({ length: POOLS }, (_, index) => {
    const [opened] = decidePool(
      { type: 'open', poolId: index + 1, namespace: 'bench', owner: 1, sponsor: 0, nodeIds: ['node'], at: T },
      undefined,
    );
    if (opened === undefined) throw new TypeError('a pool was not opened');
    return evolvePool(undefined, opened);
  });

/** Runs every command, folding what was decided; the sum of compute that the queries saw, in milliunit-seconds. */
const execute = (pools: Pool[], packed: Int32Array): bigint => {
  let seen = 0n;
  for (let index = 0; index < COMMANDS; index += 1) {
    const position = poolOf(packed, index);
    let pool = pools[position];
    if (pool === undefined) throw new RangeError(`there is no pool ${position}`);
    const command = commandOf(packed, index);
    if (command === undefined) {
      seen += BigInt(of(settledAt(pool, instantOf(index)).balance, 'cu'));
      continue;
    }
    for (const event of decidePool(command, pool)) pool = evolvePool(pool, event);
    pools[position] = pool;
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

/**
 * Workload (a) of the capacity baseline on the domain alone, one core, decided and folded as the service would: checks every check sum, then
 * prints commands per second beside the reference's.
 */
export const runPoolsMemory = (): void => {
  const print = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  print(`pools-memory · node ${process.version} · load ${loadavg()[0]?.toFixed(1) ?? '?'}`);
  const packed = mixedCommands();
  const seconds = Array.from({ length: RUNS }, () => {
    const pools = open();
    const start = performance.now();
    const seen = execute(pools, packed);
    const elapsed = (performance.now() - start) / 1_000;
    assertEnd(pools, seen);
    return elapsed;
  });
  const rates = seconds.map(elapsed => COMMANDS / elapsed / 1e6);
  print(`${COMMANDS} commands on ${POOLS} pools, decided and folded: check sums agree in all ${RUNS} runs`);
  print(`seconds              ${describeSpread(spreadOf(seconds), 3)}`);
  print(`million commands/s   ${describeSpread(spreadOf(rates), 2)}`);
  print(`reference, elsewhere ${REFERENCE_SECONDS} s, 2.23–2.32 million commands/s`);
};
