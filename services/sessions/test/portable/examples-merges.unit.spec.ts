import { Guard, type JoinSettings, type PortableGuard } from '../../src/domain/index.js';
import { Engine, hit } from './support/engine.js';

const DAY_TIMEOUT_S = 1_800;

/** Owner of each stamp, by the stamp. */
const owners = (engine: Engine): Record<string, string> =>
  Object.fromEntries(
    Object.entries(engine.inventory().stamps)
      .filter(([key]) => !key.startsWith('sessions.stamps.by.client.id.'))
      .map(([key, owner]) => [key.slice('sessions.stamps.'.length), owner]),
  );

describe('merges (worked examples, strict outcomes)', () => {
  it('E3: two clients with one stamp, and nothing left of them after the close', async () => {
    const T = 1_735_689_600;
    const engine = new Engine({ timeoutS: 5, holdMoved: true });
    await engine.take(hit('h1', { at: T, client: 'A', stamp: '127.0.0.1' }));
    await engine.tick();
    await engine.take(hit('h2', { at: T + 2, client: 'B', stamp: '127.0.0.1' }));
    expect(engine.moved).toMatchObject([[{ hit: { id: 'h2', metadata: { merge_hops: '1' } }, sessionKey: 'A' }]]);
    await engine.deliver();
    expect(engine.outcomes).toEqual(['stored', 'moved', 'joined']);
    expect(engine.inventory().sets).toEqual({
      'sessions.hits.A': ['h1', 'h2'],
      'sessions.buckets.1735689605': ['A'],
      'sessions.buckets.1735689607': ['A'],
    });
    expect(await engine.expiry('A')).toBe(T + 7);
    await engine.tick();
    await engine.take(hit('h3', { at: T + 10, client: 'C', stamp: '127.0.0.2' }));
    for (let turn = 0; turn < 7; turn += 1) await engine.tick();
    expect(engine.closer.closed).toMatchObject([{ sessionKey: 'A', bucket: T + 7 }]);
    expect(engine.inventory()).toEqual({
      kv: { 'sessions.buckets.next': '1735689608', 'sessions.expiration.C': '1735689615' },
      sets: { 'sessions.buckets.1735689615': ['C'], 'sessions.hits.C': ['h3'] },
      stamps: { 'sessions.stamps.127.0.0.2': 'C', 'sessions.stamps.by.client.id.C': '127.0.0.2' },
    });
  });

  it('E17: two stamps and two clients end in one session', async () => {
    const engine = new Engine({ timeoutS: DAY_TIMEOUT_S });
    const script = [
      ['b1', 'B', 'S1'],
      ['a1', 'A', 'S2'],
      ['b2', 'B', 'S2'],
      ['b3', 'B', 'S1'],
      ['c1', 'C', 'S1'],
    ] as const;
    for (const [index, [id, client, stamp]] of script.entries()) await engine.take(hit(id, { at: 1_000 + index, client, stamp }));
    expect(owners(engine)).toEqual({ S1: 'A', S2: 'A' });
    expect(engine.inventory().stamps['sessions.stamps.by.client.id.A']).toBe('["S2","S1"]');
    await engine.ping(10_000);
    await engine.settle();
    expect(engine.closed).toEqual([['b1', 'a1', 'b2', 'b3', 'c1']]);
    expect(engine.closer.closed).toMatchObject([{ sessionKey: 'A', bucket: 2_804 }]);
  });

  it('E18: stamps before the latest one are released at the close (D10)', async () => {
    const engine = new Engine({ timeoutS: 10 });
    await engine.take(hit('a1', { at: 100, client: 'A', stamp: 'ip1' }));
    await engine.take(hit('a2', { at: 101, client: 'A', stamp: 'ip2' }));
    await engine.ping(130);
    await engine.settle();
    expect(engine.closed).toEqual([['a1', 'a2']]);
    expect(engine.inventory().stamps).toEqual({});
    await engine.take(hit('c1', { at: 140, client: 'C', stamp: 'ip1' }));
    expect(await engine.stored('C')).toEqual(['c1']);
  });

  it('E19: the incumbent keeps its later expiry', async () => {
    const engine = new Engine({ timeoutS: DAY_TIMEOUT_S });
    await engine.take(hit('a1', { at: 1_000, client: 'A', stamp: 'S2' }));
    await engine.take(hit('b1', { at: 1_001, client: 'B', stamp: 'S1' }));
    await engine.take(hit('b2', { at: 1_002, client: 'B', stamp: 'S2' }));
    expect(await engine.stored('A')).toEqual(['a1', 'b1', 'b2']);
    expect(await engine.expiry('A')).toBe(2_802);
    expect(await engine.expiry('B')).toBeNull();
    expect(owners(engine)).toEqual({ S1: 'A', S2: 'A' });
  });

  it('E20: a hit that waited in the queue does not shorten the session', async () => {
    const engine = new Engine({ timeoutS: 10, holdMoved: true });
    await engine.take(hit('a1', { at: 100, client: 'A', stamp: 'S' }));
    await engine.take(hit('b1', { at: 101, client: 'B', stamp: 'S' }));
    await engine.take(hit('a2', { at: 105, client: 'A', stamp: 'S' }));
    await engine.deliver();
    expect(await engine.expiry('A')).toBe(115);
    await engine.ping(116);
    await engine.settle();
    expect(engine.closed).toEqual([['a1', 'b1', 'a2']]);
  });

  it('E26: a guard that scopes by property keeps two properties apart', async () => {
    const guard: PortableGuard = {
      identify: ({ propertyId, clientId, ip }) => ({
        clientKey: `${propertyId}/${clientId}`,
        identifiers: [{ type: 'stamp', hash: `${propertyId}/${ip}` }],
      }),
    };
    const engine = new Engine({ timeoutS: 10, guard });
    await engine.take(hit('x', { at: 100, client: 'A', property: 'p1' }));
    await engine.take(hit('y', { at: 101, client: 'A', property: 'p2' }));
    await engine.ping(200);
    await engine.settle();
    expect(engine.closed).toEqual([['x'], ['y']]);
  });

  it.each([
    ['(a)', [['A', 'sa']], { A: 1 }],
    [
      '(b)',
      [
        ['A', 'sa'],
        ['B', 'sb'],
      ],
      { A: 1, B: 1 },
    ],
    [
      '(c), (d)',
      [
        ['A', 's'],
        ['B', 's'],
      ],
      { A: 2, B: 0 },
    ],
    [
      '(e)',
      [
        ['A', 'sa'],
        ['A', 'sa'],
        ['A', 'sa'],
      ],
      { A: 3 },
    ],
    [
      '(f)',
      [
        ['A', 'sa', 'user-123'],
        ['B', 'sb', 'user-123'],
      ],
      { A: 2, B: 0 },
    ],
    [
      '(g)',
      [
        ['A', 'sa', 'user-123'],
        ['A', 'sa', 'user-123'],
        ['B', 'sb', 'user-123'],
      ],
      { A: 3, B: 0 },
    ],
  ] as const)('E27 %s: one task', async (_name, script, sizes) => {
    const engine = new Engine({ timeoutS: 30, joinByUserId: true });
    await engine.take(
      ...script.map(([client, stamp, userId], index) =>
        hit(`h${index}`, { at: 1_735_732_800 + index, client, stamp, ...(userId !== undefined && { userId }) }),
      ),
    );
    for (const [client, size] of Object.entries(sizes)) expect(await engine.stored(client)).toHaveLength(size);
  });

  it('E29: computed stamps join across midnight (D20)', async () => {
    const settings: JoinSettings = {
      scope: 'property',
      joinByStamp: true,
      joinByUserId: false,
      stampHeaders: [],
      timeoutMs: 1_800_000,
      platformTimeoutsMs: {},
    };
    const hashing = new Guard();
    const guard: PortableGuard = {
      identify: given => ({ clientKey: hashing.clientKeyOf(given), identifiers: hashing.identifiersOf(given, settings) }),
    };
    const midnight = 1_735_776_000;
    const engine = new Engine({ timeoutS: 1_800, guard });
    const script = [
      ['a1', 'A', -10],
      ['b1', 'B', -5],
      ['b2', 'B', 5],
      ['a2', 'A', 10],
    ] as const;
    for (const [id, client, at] of script) await engine.take(hit(id, { at: midnight + at, client, stamp: '10.0.0.1' }));
    await engine.take(hit('c1', { at: midnight + 20, client: 'C', stamp: '10.0.0.1' }));
    await engine.ping(midnight + 4_000);
    await engine.settle();
    expect(engine.closed).toEqual([['a1', 'b1', 'b2', 'a2', 'c1']]);
    expect(engine.inventory().stamps).toEqual({});
  });

  it('E32: aliases always point to the session that lives', async () => {
    const engine = new Engine({ timeoutS: DAY_TIMEOUT_S });
    for (const [index, [id, client, stamp]] of (
      [
        ['a1', 'A', 'S1'],
        ['b1', 'B', 'S2'],
        ['c1', 'C', 'S3'],
        ['c2', 'C', 'S2'],
        ['b2', 'B', 'S1'],
      ] as const
    ).entries()) {
      await engine.take(hit(id, { at: 1_000 + index, client, stamp }));
    }
    const { aliases } = engine.stores.aux;
    expect([aliases.of('A'), aliases.of('B'), aliases.of('C')]).toEqual([null, 'A', 'A']);
    expect(owners(engine)).toEqual({ S1: 'A', S2: 'A', S3: 'A' });
    await engine.take(hit('c3', { at: 1_005, client: 'C', stamp: 'S9' }));
    expect(await engine.stored('A')).toHaveLength(6);
    await engine.ping(10_000);
    await engine.settle();
    expect(aliases.size).toBe(0);
    await engine.take(hit('c4', { at: 10_001, client: 'C', stamp: 'S3' }), hit('b4', { at: 10_002, client: 'B', stamp: 'S2' }));
    expect([await engine.stored('B'), await engine.stored('C')]).toEqual([['b4'], ['c4']]);
  });

  it('E33: two identifiers at once make one session of three', async () => {
    const engine = new Engine({ timeoutS: DAY_TIMEOUT_S, joinByUserId: true });
    await engine.take(hit('a1', { at: 1_000, client: 'A', stamp: 'S1' }));
    await engine.take(hit('b1', { at: 1_001, client: 'B', stamp: 'S2', userId: 'U' }));
    await engine.take(hit('c1', { at: 1_002, client: 'C', stamp: 'S1', userId: 'U' }));
    expect(await engine.stored('B')).toEqual(['a1', 'b1', 'c1']);
    expect(owners(engine)).toEqual({ S1: 'B', S2: 'B' });
    expect(await engine.expiry('B')).toBe(2_802);
  });

  it('E34: both hits of a newcomer move, and its free stamp with them', async () => {
    const engine = new Engine({ timeoutS: DAY_TIMEOUT_S });
    await engine.take(hit('a0', { at: 100, client: 'A', stamp: 's1' }));
    await engine.take(hit('b0', { at: 101, client: 'B', stamp: 's2' }), hit('b1', { at: 102, client: 'B', stamp: 's1' }));
    expect(await engine.stored('A')).toEqual(['a0', 'b0', 'b1']);
    expect(owners(engine)).toEqual({ s1: 'A', s2: 'A' });
  });

  it('E35: a late neighbour takes nobody else’s stamp with it (D18)', async () => {
    const engine = new Engine({ timeoutS: 10 });
    await engine.take(hit('z', { at: 10, client: 'Z' }));
    await engine.take(hit('a1', { at: 100, client: 'A', stamp: 'S' }));
    await engine.ping(108);
    await engine.settle();
    await engine.take(hit('l1', { at: 95, client: 'L', stamp: 'S' }), hit('l2', { at: 95, client: 'M', stamp: 'T' }));
    await engine.take(hit('c1', { at: 109, client: 'C', stamp: 'S' }));
    expect(engine.outcomes.slice(-5)).toEqual(['moved', 'late', 'joined', 'moved', 'joined']);
    await engine.ping(130);
    await engine.settle();
    expect(engine.closed).toEqual([['z'], ['l2'], ['l1', 'a1', 'c1']]);
  });
});

describe('what the evicter keeps', () => {
  it.each([
    ['[x', '["[x"]'],
    ['["a"]', '["[\\"a\\"]"]'],
    ['plain', 'plain'],
  ])('a single stamp %j as %j', async (stamp, text) => {
    const engine = new Engine({ timeoutS: 10 });
    await engine.take(hit('a1', { at: 100, client: 'A', stamp }));
    expect(engine.inventory().stamps['sessions.stamps.by.client.id.A']).toBe(text);
    await engine.ping(200);
    await engine.settle();
    expect(engine.inventory().stamps).toEqual({});
  });

  it('the empty stamp no longer than any other (D10)', async () => {
    const engine = new Engine({ timeoutS: 10 });
    await engine.take(hit('a1', { at: 100, client: 'A', stamp: '' }));
    await engine.take(hit('b1', { at: 101, client: 'B', stamp: '' }));
    expect(await engine.stored('A')).toEqual(['a1', 'b1']);
    await engine.ping(200);
    await engine.settle();
    expect(engine.inventory().stamps).toEqual({});
  });
});

describe('a merge that is disturbed', () => {
  it('is finished when the task comes again after a failed push (D8)', async () => {
    const engine = new Engine({ timeoutS: 1_800, joinByUserId: true });
    await engine.take(hit('a1', { at: 1_000, client: 'A', stamp: 'S1' }));
    await engine.take(hit('b1', { at: 1_001, client: 'B', stamp: 'S2', userId: 'U' }));
    const c1 = hit('c1', { at: 1_002, client: 'C', stamp: 'S1', userId: 'U' });
    engine.failNextPush = true;
    await expect(engine.take(c1)).rejects.toMatchObject({ reason: 'HITS_FAILED' });
    await engine.take(c1);
    await engine.ping(10_000);
    await engine.settle();
    expect(engine.closed).toEqual([['a1', 'b1', 'c1']]);
  });

  it('is finished by the next process, with the next ping', async () => {
    const engine = new Engine({ timeoutS: 1_800 });
    await engine.take(hit('a1', { at: 1_000, client: 'A', stamp: 'S1' }));
    await engine.take(hit('b1', { at: 1_001, client: 'B', stamp: 'S2' }));
    engine.failNextPush = true;
    await expect(engine.take(hit('b2', { at: 1_002, client: 'B', stamp: 'S1' }))).rejects.toMatchObject({ reason: 'HITS_FAILED' });
    const next = engine.restarted();
    await next.ping(1_003);
    await next.deliver();
    await next.ping(10_000);
    await next.settle();
    expect(next.closed).toEqual([['a1', 'b1']]);
  });

  it('keeps one copy when the hit is sent again while it is on its way', async () => {
    const engine = new Engine({ timeoutS: 10, holdMoved: true });
    await engine.take(hit('a1', { at: 100, client: 'A', stamp: 'S' }));
    await engine.take(hit('b1', { at: 101, client: 'B', stamp: 'T' }));
    await engine.take(hit('b2', { at: 102, client: 'B', stamp: 'S' }));
    await engine.take(hit('b1', { at: 101, client: 'B', stamp: 'T' }));
    await engine.deliver();
    expect(await engine.stored('A')).toEqual(['a1', 'b1', 'b2']);
    expect(engine.outcomes.filter(outcome => outcome === 'duplicate')).toHaveLength(1);
  });

  it('keeps together what it moved when the survivor closed meanwhile', async () => {
    const engine = new Engine({ timeoutS: 10, holdMoved: true });
    await engine.take(hit('a1', { at: 100, client: 'A', stamp: 'S' }));
    await engine.take(hit('b1', { at: 101, client: 'B', stamp: 'T' }));
    await engine.take(hit('c1', { at: 102, client: 'C', stamp: 'T' }));
    await engine.deliver();
    await engine.take(hit('b2', { at: 103, client: 'B', stamp: 'S' }));
    await engine.ping(200);
    await engine.settle();
    expect(engine.closed).toEqual([['a1']]);
    await engine.deliver();
    expect(await engine.stored('A')).toEqual(['b1', 'b2', 'c1']);
    await engine.ping(300);
    await engine.settle();
    expect(engine.closed).toEqual([['a1'], ['b1', 'c1', 'b2']]);
  });

  it('sets a hit aside that was moved too often without being stored', async () => {
    const engine = new Engine({ timeoutS: 10 });
    await engine.take(hit('a1', { at: 100, client: 'A', stamp: 'S' }));
    const bounced = { ...hit('b1', { at: 101, client: 'B', stamp: 'S' }), metadata: { merge_hops: '8' } };
    await engine.task({ headers: {}, hits: [{ hit: bounced, sessionKey: 'B' }] });
    expect(engine.deadLetters).toEqual([{ id: 'b1', reason: 'MERGE_HOPS_EXCEEDED' }]);
    expect(await engine.stored('A')).toEqual(['a1']);
  });

  it('moves a session through more merges than that, since each stores its hits', async () => {
    const engine = new Engine({ timeoutS: 1_800 });
    await engine.take(hit('h0', { at: 1_000, client: 'c0', stamp: 's0' }));
    for (let index = 1; index <= 20; index += 1) {
      await engine.take(hit(`h${index}`, { at: 1_000 + index, client: `c${index}`, stamp: `s${index}` }));
      await engine.take(hit(`j${index}`, { at: 1_000 + index, client: 'c0', stamp: `s${index}` }));
    }
    expect(await engine.stored('c20')).toHaveLength(41);
    expect(engine.deadLetters).toEqual([]);
  });
});
