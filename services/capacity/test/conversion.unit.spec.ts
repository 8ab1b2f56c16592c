import { isRefusal } from '@drawdown/errors';
import fc from 'fast-check';
import {
  formatMilli,
  migrate,
  parseMilli,
  planMove,
  decidePool,
  evolvePool,
  workloadRates,
  type Pool,
  type Workload,
} from '../src/domain/index.js';

const T = 1_600_000_000;

const container = (cpu: number, memoryMiB: number, diskMiB: number, diskType = 'ssd'): Workload => ({
  type: 'container',
  cpu,
  memoryMiB,
  diskMiB,
  diskType,
});

describe('units of a workload (§8)', () => {
  it.each([
    [container(1, 1024, 256), 250, 0],
    [container(2, 4096, 51_200), 1000, 0],
    [container(2, 2048, 52_224), 500, 3],
    [container(4, 8192, 102_400, 'hdd'), 2000, 42],
    [container(8, 65_536, 562_176), 4000, 1663],
    [container(3, 3000, 60_000, 'hdd'), 732, 7],
    [container(1, 2050, 0), 500, 0],
    [container(1, 1, 0, 'tape'), 0, 0],
    [{ type: 'volume', sizeGB: 603, diskType: 'hdd' }, 0, 502],
    [{ type: 'zdb', sizeGB: 2048, diskType: 'ssd' }, 0, 6827],
  ] as [Workload, number, number][])('%j', (workload, cu, su) => {
    expect(workloadRates(workload)).toEqual([cu, su, 0]);
  });

  it.each([container(-1, 1, 1), container(1, 1, -1), container(1, Number.NaN, 1), { type: 'volume', sizeGB: 1 }] as Workload[])(
    'refuses %j',
    workload => {
      try {
        workloadRates(workload);
      } catch (error) {
        expect(isRefusal(error) && error.reason).toBe('INVALID_WORKLOAD');
        return;
      }
      throw new Error('not refused');
    },
  );
});

it('writes amounts as it reads them', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), milli => {
      expect(BigInt(parseMilli(formatMilli(milli)))).toBe(milli);
    }),
  );
});

const fold = (commands: readonly Parameters<typeof decidePool>[0][], start?: Pool): Pool =>
  commands.reduce<Pool | undefined>((pool, command) => decidePool(command, pool).reduce<Pool | undefined>(evolvePool, pool), start) as Pool;

it('migrates what was left of old reservations (§10.1)', () => {
  const workload = (workloadId: number) => ({
    workloadId,
    rates: [500, 167, 0] as const,
    formulaVersion: 2,
    nodeId: 'a',
    expiresAt: T + 86_400.7,
  });
  const pool = fold(
    migrate({ poolId: 1, namespace: 'shop', customerTid: 11, nodeIds: ['a'], workloads: [workload(1), workload(2)], at: T }),
  );
  expect(pool.balance).toEqual([86_400_000, 28_857_600, 0]);
  expect(pool.emptyAt).toBe(T + 86_400);
});

it('moves a workload between pools without a gap and without double drain (§10.3)', () => {
  const open = (poolId: number) => ({ type: 'open', poolId, namespace: 'shop', owner: 1, sponsor: 0, nodeIds: [], at: T }) as const;
  const credit = { type: 'credit', source: { cause: 'test' }, amounts: [10_000_000, 0, 0], nodeIds: [], at: T } as const;
  const workload = { workloadId: 5, rates: [1_000, 0, 0], formulaVersion: 2 } as const;
  const pools = new Map<number, Pool>([
    [1, fold([open(1), credit, { type: 'activate', ...workload, at: T }])],
    [2, fold([open(2), credit])],
  ]);
  const { steps } = planMove({ moveId: 'm', from: 1, to: 2, ...workload, nodeId: 'b', holdUntil: T + 900, at: T + 100 });
  for (const { poolId, command } of steps) pools.set(poolId, fold([command], pools.get(poolId)));
  expect(steps.map(({ id }) => id)).toEqual(['m:1', 'm:2', 'm:3']);
  expect(pools.get(1)).toMatchObject({ balance: [9_900_000, 0, 0], rates: [0, 0, 0], emptyAt: undefined });
  expect(pools.get(2)).toMatchObject({ balance: [10_000_000, 0, 0], rates: [1_000, 0, 0], heldRates: [0, 0, 0], emptyAt: T + 10_100 });
});
