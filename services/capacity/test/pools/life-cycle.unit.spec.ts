import { createPrivateKey, sign } from 'node:crypto';
import { ownershipText, type Amounts, type OwnershipAgreement, type PoolCommand } from '../../src/domain/index.js';
import { activate, credit, open, Pools, release, T, units } from './pools.js';

const FROM_KEY = '8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c';
const TO_KEY = '8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394';
const PKCS8_ED25519 = '302e020100300506032b657004220420';

const signed = (seedByte: string, text: string): string => {
  const key = createPrivateKey({ key: Buffer.from(PKCS8_ED25519 + seedByte.repeat(32), 'hex'), format: 'der', type: 'pkcs8' });
  return sign(null, Buffer.from(text, 'utf8'), key).toString('hex');
};

const AGREEMENT: OwnershipAgreement = { poolId: 1, fromTid: 11, toTid: 12, nonce: '00112233445566778899aabbccddeeff', notAfter: T + 600 };

const give = (agreement = AGREEMENT, changes: Partial<Extract<PoolCommand, { type: 'transfer-ownership' }>> = {}): PoolCommand => {
  const json = changes.json ?? ownershipText(agreement);
  return {
    type: 'transfer-ownership',
    json,
    fromSignature: signed('01', json),
    toSignature: signed('02', json),
    fromKey: FROM_KEY,
    toKey: TO_KEY,
    at: T,
    ...changes,
  };
};

const opened = (): Pools => new Pools().given(1, open(1));

describe('a pool that changes hands (§15.11)', () => {
  it('has the text that both sign', () => {
    expect(ownershipText(AGREEMENT)).toBe(
      `{"from_tid":11,"nonce":"00112233445566778899aabbccddeeff","not_after":${T + 600},"pool_id":1,"purpose":"ownership","to_tid":12,"v":2}`,
    );
  });

  it('belongs to whom its owner gave it, once', () => {
    const pools = opened().given(1, give());
    expect(pools.pool(1).owner).toBe(12);
    expect(pools.execute(1, give()).refused).toBe('NONCE_USED');
  });

  it.each([
    ['no JSON', give(AGREEMENT, { json: '{' }), 'JSON_INVALID'],
    ['blanks', give(AGREEMENT, { json: ownershipText(AGREEMENT).replace(':', ': ') }), 'JSON_INVALID'],
    ['more than belongs in it', give(AGREEMENT, { json: ownershipText(AGREEMENT).replace('}', ',"x":1}') }), 'JSON_INVALID'],
    ['a nonce of another form', give({ ...AGREEMENT, nonce: 'AA' }), 'JSON_INVALID'],
    ['another pool', give({ ...AGREEMENT, poolId: 2 }), 'JSON_MISMATCH'],
    ['another owner', give({ ...AGREEMENT, fromTid: 13 }), 'JSON_MISMATCH'],
    ['the owner as successor', give({ ...AGREEMENT, toTid: 11 }), 'JSON_MISMATCH'],
    ['an unknown successor', give(AGREEMENT, { toKey: undefined }), 'PARTY_UNKNOWN'],
    ['the wrong signature of the owner', give(AGREEMENT, { fromSignature: signed('02', ownershipText(AGREEMENT)) }), 'SIGNATURE_INVALID'],
    ['the wrong signature of the successor', give(AGREEMENT, { toSignature: 'zz' }), 'SIGNATURE_INVALID'],
    ['a text that is over', give({ ...AGREEMENT, notAfter: T - 1 }), 'SIGNATURE_EXPIRED'],
    ['a text for longer than a day', give({ ...AGREEMENT, notAfter: T + 86_401 }), 'SIGNATURE_NOT_AFTER_TOO_FAR'],
  ])('is not given away with %s', (_what, command, code) => {
    const pools = opened();
    expect(pools.execute(1, command).refused).toBe(code);
    expect(pools.pool(1).owner).toBe(11);
  });
});

describe('nodes of a pool (§15.7)', () => {
  const change = (added: readonly string[], removed: readonly string[], areGone = false): PoolCommand => ({
    type: 'change-nodes',
    added,
    removed,
    cause: 'test',
    areGone,
    at: T,
  });

  it('come and go', () => {
    const pools = opened().given(1, change(['c', 'a'], ['b', 'z']));
    expect(pools.log.at(-1)).toMatchObject([1, { type: 'nodes-changed', added: ['c'], removed: ['b'] }]);
    expect(pools.pool(1).nodeIds).toEqual(['a', 'c']);
    expect(pools.execute(1, change(['c'], ['b'])).events).toEqual([]);
  });

  it('stay while a workload runs there', () => {
    const pools = opened().given(1, activate(T, 5, units(1), 'b'));
    expect(pools.execute(1, change([], ['b'])).refused).toBe('NODE_IN_USE');
    expect(pools.given(1, release(T, 5), change([], ['b'])).pool(1).nodeIds).toEqual(['a']);
  });

  it('stay where nothing else would be left', () => {
    const pools = opened();
    expect(pools.execute(1, change([], ['a', 'b'])).refused).toBe('NODES_MISSING');
    expect(pools.given(1, change(['c'], ['a', 'b'])).pool(1).nodeIds).toEqual(['c']);
  });

  it('that died leave at once, and their workloads stay members until somebody confirms that they are gone', () => {
    const pools = opened().given(1, activate(T, 5, units(1), 'b'), change([], ['a', 'b'], true));
    expect(pools.pool(1)).toMatchObject({ nodeIds: [], rates: units(1) });
    expect(pools.given(1, change(['b'], [])).pool(1).nodeIds).toEqual(['b']);
  });
});

describe('a pool that was closed', () => {
  it('has forfeited what was left, stops its workloads and accepts their releases only', () => {
    const hold: PoolCommand = {
      type: 'hold',
      workloadId: 6,
      rates: units(1),
      formulaVersion: 2,
      horizonSeconds: 60,
      until: T + 900,
      at: T,
    };
    const close: PoolCommand = { type: 'close', cause: 'test', at: T + 100 };
    const pools = opened().given(1, credit(T, units(1_000)), activate(T, 5, units(1)), hold, close, close);
    expect(pools.log.slice(-2)).toMatchObject([
      [1, { type: 'hold-released', cause: 'cancelled' }],
      [1, { type: 'pool-closed', cause: 'test', forfeited: units(900) }],
    ]);
    expect(pools.pool(1)).toMatchObject({ balance: units(0), flows: { forfeited: units(900) }, closing: { at: T + 100 } });
    for (const command of [credit(T + 100, units(1)), activate(T + 100, 6, units(1)), hold, give()]) {
      expect(pools.execute(1, command).refused).toBe('POOL_CLOSED');
    }
    expect(pools.execute(1, { type: 'check', at: T + 100 }).events).toMatchObject([
      { type: 'dimension-exhausted', dueAt: T + 100 },
      { type: 'decommission-requested', workloadIds: [5] },
    ]);
    expect(pools.given(1, release(T + 200, 5)).pool(1)).toMatchObject({ rates: units(0), unfunded: units(100) });
  });

  it('knows that a reservation was credited before', () => {
    const paid: PoolCommand = { type: 'credit', source: { reservationId: 9 }, amounts: units(1), nodeIds: [], at: T };
    const pools = opened().given(1, paid, { type: 'close', cause: 'test', at: T });
    expect(pools.execute(1, paid)).toEqual({ events: [] });
  });
});

describe('limits of nodes (§15.7)', () => {
  const hold = (workloadId: number, rates: Amounts, nodeId: string): PoolCommand => ({
    type: 'hold',
    workloadId,
    rates,
    formulaVersion: 2,
    nodeId,
    horizonSeconds: 60,
    until: T + 900,
    at: T,
  });

  it('refuse whoever would make a node drain more, and nobody who runs', () => {
    const pools = opened().given(1, credit(T, units(100_000, 100_000)));
    const nodeLimits = new Map([['a', units(3, 1)]]);
    pools.given(1, { type: 'set-policy', policy: { ...pools.pool(1).policy, nodeLimits }, at: T });
    pools.given(1, activate(T, 1, units(1)), hold(2, units(2), 'a'));
    expect(pools.execute(1, hold(3, units(0.001), 'a')).refused).toBe('NODE_LIMIT_EXCEEDED');
    pools.given(1, hold(3, units(0, 1), 'a'), hold(4, units(50), 'b'), release(T, 2), hold(5, units(2), 'a'));
    const both: PoolCommand = {
      type: 'hold-all',
      workloads: [6, 7].map(workloadId => ({ workloadId, rates: units(1), formulaVersion: 2, nodeId: 'a', horizonSeconds: 60 })),
      until: T + 900,
      at: T,
    };
    expect(pools.given(1, release(T, 5), release(T, 1), activate(T, 8, units(2))).execute(1, both).refused).toBe('NODE_LIMIT_EXCEEDED');
    expect(pools.given(1, activate(T, 9, units(9))).pool(1).rates).toEqual(units(11));
    expect(pools.execute(1, hold(10, units(0), 'a')).refused).toBeUndefined();
  });
});
