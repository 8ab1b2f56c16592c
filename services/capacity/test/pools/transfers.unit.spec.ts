import { planSplit, transferable, type PoolCommand } from '../../src/domain/index.js';
import { activate, buy, credit, open, Pools, release, T, units } from './pools.js';

const send = (at: number, transferId: string, peer: number, amounts = units(4_000), workloadIds: readonly number[] = []): PoolCommand => ({
  type: 'transfer-out',
  transferId,
  peer,
  amounts,
  workloadIds,
  isConsented: false,
  at,
});

const merge = (at: number, into: number): PoolCommand => ({ type: 'merge', mergeId: 'm', into, isConsented: false, at });

/** Pool 1 has 10,000 CU·s and drains 2 CU; pool 2 is empty. */
const two = (): Pools => new Pools().given(1, open(1), credit(T, units(10_000)), activate(T, 5, units(2))).given(2, open(2));

describe('a transfer (§15.9)', () => {
  it('leaves at once, is held, and arrives', () => {
    const pools = two().given(1, send(T + 100, 't', 2));
    expect(pools.pool(1)).toMatchObject({ balance: units(5_800), emptyAt: T + 3_000, transfers: { pending: [{ transferId: 't' }] } });
    expect(pools.pool(2).balance).toEqual(units(0));
    pools.settle(T + 100);
    expect(pools.pool(2).balance).toEqual(units(4_000));
    expect(pools.pool(1).transfers.pending).toEqual([]);
    expect(pools.pool(1).flows.transferredOut).toEqual(units(4_000));
    expect(pools.pool(2).flows.transferredIn).toEqual(units(4_000));
  });

  it('leaves more than 120 s: 9,558 of 9,800 at 2 CU', () => {
    const pools = two();
    expect(transferable(pools.pool(1), T + 100)).toEqual(units(9_558));
    expect(pools.execute(1, send(T + 100, 't', 2, units(9_559))).refused).toBe('RUNWAY_TOO_SHORT');
    expect(pools.given(1, send(T + 100, 't', 2, units(9_558))).pool(1).emptyAt).toBe(T + 100 + 121);
  });

  it('counts holds as if they ran', () => {
    const pools = two().given(1, {
      type: 'hold',
      workloadId: 6,
      rates: units(2),
      formulaVersion: 2,
      horizonSeconds: 60,
      until: T + 900,
      at: T,
    });
    expect(transferable(pools.pool(1), T + 100)).toEqual(units(9_800 - 484));
  });

  it('comes back when the other pool refuses it', () => {
    const pools = two()
      .given(2, { type: 'close', cause: 'test', at: T })
      .given(1, send(T + 100, 't', 2))
      .settle(T + 150);
    expect(pools.log.at(-1)).toMatchObject([1, { type: 'capacity-transfer-returned', code: 'POOL_CLOSED', amounts: units(4_000) }]);
    expect(pools.pool(1)).toMatchObject({ balance: units(9_700), flows: { transferredOut: units(0) } });
  });

  it('comes back from a pool that does not exist', () => {
    expect(
      two()
        .given(1, send(T + 100, 't', 99))
        .settle(T + 100)
        .pool(1).balance,
    ).toEqual(units(9_800));
  });

  it('happens once, however often each message is sent', () => {
    const pools = two().given(1, send(T + 100, 't', 2), send(T + 100, 't', 2));
    const [[, owed] = []] = pools.owed();
    if (owed === undefined) throw new Error('nothing is owed');
    pools.deliver(1, owed, T + 100, true);
    pools.deliver(1, owed, T + 100);
    pools.deliver(1, owed, T + 200);
    pools.given(1, send(T + 200, 't', 2));
    expect(pools.pool(1).balance).toEqual(units(5_800));
    expect(pools.pool(2).balance).toEqual(units(4_000));
  });

  it('comes back only when it can never arrive any more', () => {
    const pools = two()
      .given(2, activate(T, 5, units(1)))
      .given(1, send(T + 100, 't', 2, units(4_000), [5]));
    const [[, owed] = []] = pools.owed();
    if (owed === undefined) throw new Error('nothing is owed');
    pools.settle(T + 100).given(2, release(T + 100, 5));
    expect(pools.execute(2, owed.command).refused).toBe('TRANSFER_VOIDED');
    expect(pools.pool(1).balance).toEqual(units(9_800));
    expect(pools.pool(2).balance).toEqual(units(0));
  });

  it('is settled where it arrives after it was refused', () => {
    const pools = two()
      .given(2, activate(T, 5, units(1)))
      .given(1, send(T + 100, 't', 2, units(4_000), [5]));
    const [[, owed] = []] = pools.owed();
    if (owed === undefined) throw new Error('nothing is owed');
    pools.deliver(1, owed, T + 100);
    pools.given(2, release(T + 100, 5), owed.command).settle(T + 100);
    expect(pools.log.at(-1)).toMatchObject([1, { type: 'capacity-transfer-settled' }]);
    expect(pools.pool(1)).toMatchObject({ balance: units(5_800), rates: units(0) });
    expect(pools.pool(2)).toMatchObject({ balance: units(4_000), rates: units(2) });
  });

  it('needs one owner or two that agree', () => {
    const pools = two()
      .given(3, open(3, T, 12))
      .given(1, send(T, 't', 3))
      .settle(T);
    expect(pools.pool(3).balance).toEqual(units(0));
    pools.given(1, { ...send(T, 'u', 3), isConsented: true } as PoolCommand).settle(T);
    expect(pools.pool(3).balance).toEqual(units(4_000));
  });

  it.each([
    ['a part of a unit', send(T, 't', 2, [4_000_001, 0, 0]), 'INVALID_AMOUNT'],
    ['less than nothing', send(T, 't', 2, units(-1)), 'INVALID_AMOUNT'],
    ['nothing', send(T, 't', 2, units(0)), 'NO_EFFECT'],
    ['to itself', send(T, 't', 1), 'TRANSFER_TO_ITSELF'],
    ['a workload that is not there', send(T, 't', 2, units(1), [77]), 'WORKLOAD_NOT_FOUND'],
  ])('does not carry %s', (_what, command, code) => {
    expect(two().execute(1, command).refused).toBe(code);
  });

  it('takes workloads along, and says where they went', () => {
    const pools = two().given(1, activate(T, 6, units(1)), send(T + 100, 't', 2, units(2_000), [5]));
    expect(pools.execute(1, release(T + 100, 5)).refused).toBe('WORKLOAD_MOVING');
    expect(pools.execute(1, activate(T + 100, 5, units(1))).refused).toBe('WORKLOAD_MOVING');
    pools.settle(T + 100);
    expect(pools.pool(1)).toMatchObject({ rates: units(1), balance: units(7_700) });
    expect(pools.pool(2)).toMatchObject({ rates: units(2), balance: units(2_000), emptyAt: T + 1_100 });
    expect(pools.execute(1, release(T + 200, 5)).refused).toBe('WORKLOAD_MOVED');
    expect(pools.given(2, release(T + 200, 5)).pool(2).rates).toEqual(units(0));
  });

  it('brings workloads back with the rest', () => {
    const pools = two()
      .given(2, activate(T, 5, units(1)))
      .given(1, send(T + 100, 't', 2, units(2_000), [5]))
      .settle(T + 100);
    expect(pools.log.at(-1)).toMatchObject([1, { code: 'WORKLOAD_EXISTS' }]);
    expect(pools.pool(1)).toMatchObject({ rates: units(2), balance: units(9_800), emptyAt: T + 5_000 });
    expect(pools.given(1, release(T + 200, 5)).pool(1).rates).toEqual(units(0));
  });
});

describe('a merge (§15.9)', () => {
  it('moves all workloads and the balance, and closes', () => {
    const pools = two()
      .given(1, activate(T, 6, units(1, 0.5)))
      .given(1, credit(T, units(0, 500)))
      .given(2, credit(T, units(1_000)));
    pools.given(1, merge(T + 100, 2)).settle(T + 100);
    expect(pools.pool(1)).toMatchObject({
      rates: units(0),
      balance: units(0),
      closing: { cause: 'merge:m' },
      flows: { forfeited: units(0) },
    });
    expect(pools.pool(2)).toMatchObject({ rates: units(3, 0.5), balance: units(10_700, 450) });
    expect(pools.execute(1, credit(T + 200, units(1))).refused).toBe('POOL_CLOSED');
    expect(pools.given(1, merge(T + 200, 2)).pool(2).balance).toEqual(units(10_700, 450));
  });

  it('goes in parts of 1,000 workloads, each with its share, so that both pools always last', () => {
    const pools = new Pools().given(1, open(1), credit(T, units(2_500_000))).given(2, open(2));
    for (let id = 1; id <= 2_500; id += 1) pools.given(1, activate(T, id, units(1)));
    pools.given(1, merge(T + 500, 2)).settle(T + 500);
    expect(pools.log.flatMap(([, event]) => (event.type === 'capacity-transferred-in' ? [event.amounts] : []))).toEqual([
      units(500_000),
      units(500_000),
      units(250_000),
    ]);
    expect(pools.pool(2)).toMatchObject({ rates: units(2_500), balance: units(1_250_000), emptyAt: T + 1_000 });
    expect(pools.pool(1).closing).toBeDefined();
  });

  it('stops where the other pool refuses a part; everything is where it was', () => {
    const pools = two()
      .given(2, activate(T, 5, units(1)))
      .given(1, merge(T + 100, 2))
      .settle(T + 100);
    expect(pools.pool(1)).toMatchObject({ rates: units(2), balance: units(9_800), closing: undefined, transfers: { merging: undefined } });
  });

  it('sends on what came while it went on', () => {
    const pools = two()
      .given(1, merge(T + 100, 2), buy(T + 100, 9, units(50)), activate(T + 100, 7, units(1)))
      .settle(T + 100);
    expect(pools.pool(2)).toMatchObject({ rates: units(3), balance: units(9_850) });
    expect(pools.pool(1).closing).toBeDefined();
  });
});

describe('a split (§15.9)', () => {
  const split = { splitId: 's', to: 3, workloadIds: [5], amounts: units(3_000), nodeIds: [], at: T + 100 } as const;

  it('gives a new pool workloads and a part of the balance', () => {
    const pools = two();
    for (const { poolId, command } of planSplit(pools.pool(1), split).steps) pools.given(poolId, command);
    pools.settle(T + 100);
    expect(pools.pool(1)).toMatchObject({ rates: units(0), balance: units(6_800) });
    expect(pools.pool(3)).toMatchObject({ owner: 11, nodeIds: ['a', 'b'], rates: units(2), balance: units(3_000) });
  });

  it('closes the new pool where it is refused', () => {
    const pools = two();
    const { steps, undo } = planSplit(pools.pool(1), { ...split, amounts: units(30_000) });
    expect(steps.map(({ poolId, command }) => pools.execute(poolId, command).refused)).toEqual([undefined, 'RUNWAY_TOO_SHORT']);
    expect(pools.given(undo.poolId, undo.command).pool(3).closing).toMatchObject({ cause: 'split-refused' });
  });
});
