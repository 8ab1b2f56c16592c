import { orderCommands, planMove, type PoolCommand } from '../../src/domain/index.js';
import { activate, check, credit, open, Pools, release, T, units } from './pools.js';

const workload = { workloadId: 5, rates: units(1), formulaVersion: 2 } as const;

const move = (at: number) => planMove({ moveId: 'm', from: 1, to: 2, ...workload, nodeId: 'b', holdUntil: T + 2_000, at });

const given = (): Pools =>
  new Pools().given(1, open(1), credit(T, units(1_000)), activate(T, 5, units(1))).given(2, open(2), credit(T, units(1_000)));

const run = (pools: Pools, at: number): readonly (string | undefined)[] =>
  move(at).steps.map(({ poolId, command }) => pools.execute(poolId, command).refused);

describe('a move between pools (§10.3)', () => {
  it('is raised to the last instant of a pool that is ahead, and activated there', () => {
    const pools = given().given(2, credit(T + 150, units(1)));
    expect(run(pools, T + 100)).toEqual([undefined, undefined, undefined]);
    expect(pools.pool(1)).toMatchObject({ rates: units(0), asOf: T + 100, balance: units(900) });
    expect(pools.pool(2)).toMatchObject({ rates: units(1), asOf: T + 150, balance: units(1_001), holds: { size: 0 } });
  });

  it('is refused by a pool that was closed, before anything is released', () => {
    const pools = given().given(2, { type: 'close', cause: 'test', at: T });
    const [hold] = move(T + 100).steps;
    expect(hold && pools.execute(hold.poolId, hold.command).refused).toBe('POOL_CLOSED');
    expect(pools.pool(1).rates).toEqual(units(1));
  });

  it('gives its room back where the workload went elsewhere meanwhile', () => {
    const away: PoolCommand = {
      type: 'transfer-out',
      transferId: 't',
      peer: 3,
      amounts: units(1),
      workloadIds: [5],
      isConsented: false,
      at: T,
    };
    const pools = given().given(3, open(3)).given(1, away).settle(T);
    const { steps, undo } = move(T + 100);
    const refused = steps.slice(0, 2).map(({ poolId, command }) => pools.execute(poolId, command).refused);
    expect(refused).toEqual([undefined, 'WORKLOAD_MOVED']);
    expect(pools.given(undo.poolId, undo.command).pool(2).holds.size).toBe(0);
  });

  it('takes a workload out of a pool that was closed', () => {
    const pools = given().given(1, { type: 'close', cause: 'test', at: T + 50 });
    expect(run(pools, T + 50)).toEqual([undefined, undefined, undefined]);
    expect(pools.pool(2).rates).toEqual(units(1));
  });
});

describe('commands of one second (§13.6)', () => {
  it('are taken in the order help, check, cost', () => {
    const send: PoolCommand = {
      type: 'transfer-out',
      transferId: 't',
      peer: 2,
      amounts: units(1),
      workloadIds: [],
      isConsented: false,
      at: T,
    };
    const arrive: PoolCommand = {
      type: 'transfer-in',
      transferId: 'u',
      peer: 2,
      owner: 11,
      isConsented: false,
      amounts: units(500),
      parts: [],
      members: [],
      at: T,
    };
    const held = [send, { type: 'refund', refundId: 'r', amounts: 'all', at: T } as const, check(T), release(T, 5), arrive];
    const ordered = orderCommands(held, ({ type }) => ({ id: type, type }));
    expect(ordered.map(({ type }) => type)).toEqual(['release', 'transfer-in', 'check', 'refund', 'transfer-out']);
  });

  it('let a transfer that arrives in the second of an exhaustion save the pool', () => {
    const send: PoolCommand = {
      type: 'transfer-out',
      transferId: 't',
      peer: 1,
      amounts: units(500),
      workloadIds: [],
      isConsented: false,
      at: T + 1_000,
    };
    const pools = given()
      .given(2, send)
      .given(1, check(T + 1_000))
      .settle(T + 1_000);
    expect(pools.pool(1)).toMatchObject({ exhausted: [], emptyAt: T + 1_500, decommissions: { size: 0 } });
    expect(pools.log.slice(-3).map(([, { type }]) => type)).toEqual([
      'dimension-replenished',
      'decommission-cancelled',
      'capacity-transfer-settled',
    ]);
  });
});
