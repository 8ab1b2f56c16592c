import {
  decideFarm,
  decideNode,
  evolveFarm,
  evolveNode,
  FARM_LIMITS,
  type Farm,
  type FarmCommand,
  type Node,
  type NodeCommand,
} from '../../src/domain/index.js';
import { refusalOf } from '../support/refused.js';

const T = 1_600_000_000;

const refusal = (act: () => unknown): unknown => {
  const refused = refusalOf(act);
  return refused?.violations.length === 0 ? refused.reason : refused?.violations.map(({ field }) => field);
};

describe('a node', () => {
  const register: NodeCommand = { type: 'register', namespace: 'shop', nodeId: 'node-a', farmId: 3, isFreeToUse: false, at: T };
  const run = (...commands: readonly NodeCommand[]): Node =>
    commands.reduce<Node | undefined>(
      (node, command) => decideNode(command, node).reduce<Node | undefined>(evolveNode, node),
      undefined,
    ) as Node;

  it('is registered once', () => {
    const node = run(register);
    expect(node).toEqual({
      namespace: 'shop',
      nodeId: 'node-a',
      farmId: 3,
      isFreeToUse: false,
      capacity: undefined,
      isGone: false,
      lastAt: T,
    });
    expect(decideNode(register, node)).toEqual([]);
    expect(refusal(() => decideNode({ ...register, farmId: 4 }, node))).toBe('NODE_EXISTS');
    expect(refusal(() => decideNode({ ...register, namespace: 'other' }, node))).toBe('NODE_EXISTS');
  });

  it('moves to another farm, and says what it has', () => {
    const capacity = { cru: 32, mru: 128, sru: 1_000, hru: 0 };
    const update: NodeCommand = { type: 'update', farmId: 4, isFreeToUse: true, capacity, at: T + 5 };
    const node = run(register, update);
    expect(node).toMatchObject({ farmId: 4, isFreeToUse: true, capacity, lastAt: T + 5 });
    expect(decideNode({ ...update, capacity: { ...capacity } }, node)).toEqual([]);
    expect(decideNode({ ...update, capacity: undefined }, node)).toHaveLength(1);
    expect(decideNode({ ...update, capacity: { ...capacity, hru: 1 } }, node)).toHaveLength(1);
  });

  it('goes, is unknown then, and may come back to its namespace only', () => {
    const gone = run(register, { type: 'unregister', at: T + 1 });
    expect(gone.isGone).toBe(true);
    expect(decideNode({ type: 'unregister', at: T + 2 }, gone)).toEqual([]);
    expect(refusal(() => decideNode({ type: 'update', farmId: 3, isFreeToUse: false, at: T }, gone))).toBe('UNKNOWN_NODE');
    expect(refusal(() => decideNode({ ...register, namespace: 'other' }, gone))).toBe('NODE_EXISTS');
    expect(run(register, { type: 'unregister', at: T + 1 }, { ...register, farmId: 4 })).toMatchObject({
      isGone: false,
      farmId: 4,
      lastAt: T + 1,
    });
    expect(refusal(() => decideNode({ type: 'unregister', at: T }, undefined))).toBe('UNKNOWN_NODE');
  });

  it.each([
    [['node_id'], { nodeId: '' }],
    [['node_id'], { nodeId: 'ä'.repeat(65) }],
    [['farm_id'], { farmId: 0 }],
    [['capacity.cru', 'capacity.mru'], { capacity: { cru: 1.5, mru: -1, sru: 0, hru: 0 } }],
    [['capacity.sru', 'capacity.hru'], { capacity: { cru: 1, mru: 1, sru: Number.NaN, hru: Infinity } }],
  ])('names %j as wrong', (fields, change) => {
    expect(refusal(() => decideNode({ ...register, ...change }, undefined))).toEqual(fields);
  });
});

describe('a farm', () => {
  const register: FarmCommand = {
    type: 'register',
    namespace: 'shop',
    farmId: 3,
    payouts: [
      { currency: 'USDC', address: 'u' },
      { currency: 'TFT', address: 't' },
    ],
    agreedPrices: [
      { tid: 12, prices: [1, 2, 3] },
      { tid: 11, prices: [0.5, 0, 0] },
    ],
    at: T,
  };
  const run = (...commands: readonly FarmCommand[]): Farm =>
    commands.reduce<Farm | undefined>(
      (farm, command) => decideFarm(command, farm).reduce<Farm | undefined>(evolveFarm, farm),
      undefined,
    ) as Farm;

  it('is registered once, whatever the order of its lists', () => {
    const farm = run(register);
    expect(farm.payouts.map(({ currency }) => currency)).toEqual(['TFT', 'USDC']);
    expect(farm.agreedPrices.map(({ tid }) => tid)).toEqual([11, 12]);
    expect(decideFarm({ ...register, payouts: register.payouts.toReversed() }, farm)).toEqual([]);
    expect(refusal(() => decideFarm({ ...register, prices: [10, 8, 6] }, farm))).toBe('FARM_EXISTS');
  });

  it('is replaced as a whole', () => {
    const update: FarmCommand = { type: 'update', payouts: [], prices: [10, 8, 6], agreedPrices: [], at: T + 1 };
    const farm = run(register, update);
    expect(farm).toEqual({ namespace: 'shop', farmId: 3, payouts: [], prices: [10, 8, 6], agreedPrices: [], lastAt: T + 1 });
    expect(decideFarm(update, farm)).toEqual([]);
    expect(decideFarm({ ...update, prices: undefined }, farm)).toHaveLength(1);
    expect(refusal(() => decideFarm(update, undefined))).toBe('FARM_UNKNOWN');
  });

  it.each([
    [['farm_id'], { farmId: -1 }],
    [['payouts[0].currency', 'payouts[0].address'], { payouts: [{ currency: '', address: 'x'.repeat(129) }] }],
    [
      ['payouts'],
      {
        payouts: [
          { currency: 'TFT', address: 'a' },
          { currency: 'TFT', address: 'b' },
        ],
      },
    ],
    [['prices'], { prices: [Number.NaN, 0, 0] as const }],
    [['prices'], { prices: [0, -0.001, 0] as const }],
    [
      ['agreed_prices[0].tid', 'agreed_prices[0].prices'],
      { agreedPrices: [{ tid: 0, prices: [0, 0, FARM_LIMITS.monthlyUsdMax + 1] as const }] },
    ],
    [
      ['agreed_prices'],
      {
        agreedPrices: [
          { tid: 1, prices: [0, 0, 0] as const },
          { tid: 1, prices: [1, 0, 0] as const },
        ],
      },
    ],
  ])('names %j as wrong', (fields, change) => {
    expect(refusal(() => decideFarm({ ...register, ...change }, undefined))).toEqual(fields);
  });
});
