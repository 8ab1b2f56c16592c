import {
  CollectingCloser,
  Droppable,
  Handler,
  BINARY_HITS,
  MemoryAuxStores,
  MemoryKeyValueStore,
  MemorySetStore,
  compactedHitsKey,
  directCloser,
  doTick,
  passThroughGuard,
  printingCloser,
  protoSessionHitsKey,
  CloseLoop,
  type Closer,
  type Middleware,
} from '../../src/domain/index.js';
import { Engine, Stores, hit } from './support/engine.js';

/** Fails for some sessions as often as it is told, then collects. */
class FailingCloser implements Closer {
  readonly collected = new CollectingCloser();
  constructor(private readonly failures: Map<string, number>) {}

  close(session: Parameters<Closer['close']>[0]): void {
    const left = this.failures.get(session.sessionKey) ?? 0;
    if (left > 0) {
      this.failures.set(session.sessionKey, left - 1);
      throw new Error('not now');
    }
    this.collected.close(session);
  }

  get sessions(): readonly string[] {
    return this.collected.closed.map(({ sessionKey }) => sessionKey);
  }
}

const FIXED_SIZE = { sizeOf: (): number => 400 };

describe('caps (E21, D11)', () => {
  it('the reaching hit is stored, then the session closes', async () => {
    const engine = new Engine({ timeoutS: 10, caps: { hits: 3 } });
    for (let index = 0; index < 4; index += 1) await engine.take(hit(`a${index}`, { at: 100 + index, client: 'A' }));
    expect(engine.closer.closed).toMatchObject([{ sessionKey: 'A', cause: 'hard_cap', bucket: null }]);
    expect(engine.closed).toEqual([['a0', 'a1', 'a2']]);
    expect(await engine.stored('A')).toEqual(['a3']);
    expect(await engine.expiry('A')).toBe(113);
  });

  it('counts the time from the first hit, and bytes', async () => {
    const byTime = new Engine({ timeoutS: 10, caps: { ms: 20_000 } });
    for (const at of [100, 109, 118, 120, 121]) await byTime.take(hit(`a${at}`, { at, client: 'A' }));
    expect(byTime.closed).toEqual([['a100', 'a109', 'a118', 'a120']]);
    const byBytes = new Engine({ timeoutS: 10, caps: { bytes: 800 }, ...FIXED_SIZE });
    for (const at of [100, 101, 102]) await byBytes.take(hit(`a${at}`, { at, client: 'A' }));
    expect(byBytes.closed).toEqual([['a100', 'a101']]);
  });

  it('counts on after a restart', async () => {
    const engine = new Engine({ timeoutS: 10, caps: { hits: 2 } });
    await engine.take(hit('a0', { at: 100, client: 'A' }));
    const next = engine.restarted();
    await next.take(hit('a1', { at: 101, client: 'A' }));
    expect(next.closed).toEqual([['a0', 'a1']]);
  });

  it('waits for all that a merge brings', async () => {
    const engine = new Engine({ timeoutS: 100, caps: { hits: 4 } });
    await engine.take(hit('a0', { at: 100, client: 'A', stamp: 'S' }), hit('a1', { at: 101, client: 'A', stamp: 'S' }));
    await engine.take(hit('b0', { at: 102, client: 'B', stamp: 'T' }), hit('b1', { at: 103, client: 'B', stamp: 'T' }));
    await engine.take(hit('b2', { at: 104, client: 'B', stamp: 'S' }));
    expect(engine.closed).toEqual([['a0', 'a1', 'b0', 'b1', 'b2']]);
  });
});

describe('compaction (E22, E23, D16)', () => {
  const compacted = (engine: Engine): boolean => engine.stores.kv.get(compactedHitsKey('A')) !== null;
  const raw = (engine: Engine): readonly string[] => engine.inventory().sets[protoSessionHitsKey('A')] ?? [];

  const withHits = async (count: number): Promise<Engine> => {
    const engine = new Engine({ timeoutS: 100, compactBytes: 1_000, ...FIXED_SIZE });
    for (let index = 1; index <= count; index += 1) await engine.take(hit(`h${index}`, { at: 100 + index, client: 'A' }));
    return engine;
  };

  it.each([
    [2, false, ['h1', 'h2']],
    [3, true, []],
    [5, true, ['h4', 'h5']],
    [6, true, []],
  ] as const)('E22: after %d hits', async (count, isCompacted, rawHits) => {
    const engine = await withHits(count);
    expect(compacted(engine)).toBe(isCompacted);
    expect(raw(engine)).toEqual(rawHits);
    expect(await engine.stored('A')).toEqual(Array.from({ length: count }, (_, index) => `h${index + 1}`));
  });

  it('E22: a single hit of the threshold compacts at once', async () => {
    const engine = new Engine({ timeoutS: 100, compactBytes: 1_000, sizeOf: () => 1_000 });
    await engine.take(hit('h1', { at: 100, client: 'A' }));
    expect(raw(engine)).toEqual([]);
    expect(await engine.stored('A')).toEqual(['h1']);
  });

  it('E22: a chain that stores nothing is told so, and nothing is written', async () => {
    const engine = new Engine({ timeoutS: 100, compactBytes: 1_000, sizeOf: () => 1_001 });
    const compactor = engine.middlewares[2];
    const passing = { hit: hit('h1', { at: 100, client: 'A' }), sessionKey: 'A', clientKey: 'A', identifiers: [] };
    await compactor?.handle(engine.handler.context, passing, () => Promise.resolve('stored'));
    expect(engine.emptyCompactions).toEqual(['A']);
    expect(engine.inventory().kv).toEqual({});
  });

  it('E22: what fails further down is passed on and not counted', async () => {
    const engine = new Engine({ timeoutS: 100, compactBytes: 1_000, sizeOf: () => 999 });
    const [, , compactor] = engine.middlewares;
    const passing = { hit: hit('h0', { at: 100, client: 'A' }), sessionKey: 'A', clientKey: 'A', identifiers: [] };
    await expect(compactor?.handle(engine.handler.context, passing, () => Promise.reject(new Error('full')))).rejects.toThrow('full');
    await engine.take(hit('h1', { at: 100, client: 'A' }));
    expect(raw(engine)).toEqual(['h1']);
  });

  it('E23: compacted hits come first, and nothing is left after the close', async () => {
    const engine = await withHits(4);
    const hits = await engine.handler.context.collectAll('A');
    expect(hits.map(filed => filed.hit.id)).toEqual(['h1', 'h2', 'h3', 'h4']);
    await engine.ping(300);
    await engine.settle();
    expect(engine.closed).toEqual([['h1', 'h2', 'h3', 'h4']]);
    expect(engine.inventory()).toEqual({ kv: { 'sessions.buckets.next': '300' }, sets: {}, stamps: {} });
  });

  it('a crash between writing a segment and removing raw hits doubles nothing', async () => {
    const engine = await withHits(2);
    const members = engine.stores.sets.all(protoSessionHitsKey('A'));
    await engine.take(hit('h3', { at: 103, client: 'A' }));
    for (const member of members) engine.stores.sets.add(protoSessionHitsKey('A'), member);
    await engine.ping(300);
    await engine.settle();
    expect(engine.closed).toEqual([['h1', 'h2', 'h3']]);
  });

  it('a segment that was cut off parks the session with what reads', async () => {
    const engine = await withHits(4);
    const whole = engine.stores.kv.get(compactedHitsKey('A')) ?? Buffer.alloc(0);
    engine.stores.kv.set(compactedHitsKey('A'), whole.subarray(0, whole.length - 5));
    await engine.ping(300);
    await engine.settle();
    expect(engine.retries).toMatchObject([{ unreadable: [expect.anything()], hits: [{ hit: { id: 'h4' } }] }]);
  });
});

describe('closing fails (E24, E38, E40, D6, D7)', () => {
  it('E24: the wheel moves on, and the one that failed is tried alone', async () => {
    const closer = new FailingCloser(new Map([['B', 1]]));
    const engine = new Engine({ timeoutS: 5, closer });
    await engine.take(hit('a1', { at: 100, client: 'A' }), hit('b1', { at: 100, client: 'B' }));
    await engine.ping(106);
    await engine.settle();
    expect(await engine.next()).toBe(106);
    expect(closer.sessions).toEqual(['A']);
    await engine.tick();
    expect(closer.sessions).toEqual(['A']);
    engine.clock.passMs(1_000);
    await engine.tick();
    expect(closer.sessions).toEqual(['A', 'B']);
  });

  it('waits longer after each try, and parks after ten', async () => {
    const engine = new Engine({ timeoutS: 5, closer: new FailingCloser(new Map([['A', 99]])) });
    await engine.take(hit('a1', { at: 100, client: 'A' }));
    await engine.ping(106);
    for (let turn = 0; turn < 400; turn += 1) {
      await engine.tick();
      engine.clock.passMs(1_000);
    }
    const pauses = engine.retries.slice(1).map(({ notBeforeMs }, index) => notBeforeMs - (engine.retries[index]?.notBeforeMs ?? 0));
    expect(pauses).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    expect(engine.stores.aux.handOvers.parked()).toMatchObject([{ sessionKey: 'A', attempts: 10, hits: [{ hit: { id: 'a1' } }] }]);
    expect(engine.stores.aux.handOvers.due(Number.POSITIVE_INFINITY)).toEqual([]);
  });

  it('E31: hits that come while it waits begin a new session', async () => {
    const closer = new FailingCloser(new Map([['A', 1]]));
    const engine = new Engine({ timeoutS: 10, closer });
    await engine.take(hit('a1', { at: 100, client: 'A' }));
    await engine.ping(111);
    await engine.settle();
    await engine.take(hit('a9', { at: 111, client: 'A' }));
    expect(await engine.stored('A')).toEqual(['a9']);
    expect(await engine.expiry('A')).toBe(121);
    engine.clock.passMs(1_000);
    await engine.ping(130);
    await engine.settle();
    expect(closer.collected.closed.map(({ hits }) => hits.map(({ id }) => id))).toEqual([['a1'], ['a9']]);
  });

  it('E38: a member that cannot be read is parked with the readable rest, and nobody waits for it', async () => {
    const engine = new Engine({ timeoutS: 10 });
    await engine.take(hit('a1', { at: 100, client: 'A' }), hit('b1', { at: 100, client: 'B' }));
    engine.stores.sets.add(protoSessionHitsKey('A'), Buffer.from('{"broken'));
    await expect(engine.handler.context.collectAll('A')).rejects.toMatchObject({ reason: 'HIT_UNREADABLE' });
    await engine.ping(111);
    for (let turn = 0; turn < 400; turn += 1) {
      await engine.tick();
      engine.clock.passMs(1_000);
    }
    expect(engine.closed).toEqual([['b1']]);
    expect(engine.stores.aux.handOvers.parked()).toMatchObject([
      { sessionKey: 'A', hits: [{ hit: { id: 'a1' } }], unreadable: [Buffer.from('{"broken')] },
    ]);
  });

  it('E38: a merge moves what reads, and the rest with it', async () => {
    const engine = new Engine({ timeoutS: 10 });
    await engine.take(hit('a1', { at: 100, client: 'A', stamp: 'S' }), hit('b1', { at: 100, client: 'B', stamp: 'T' }));
    engine.stores.sets.add(protoSessionHitsKey('B'), Buffer.from('broken'));
    await engine.take(hit('b2', { at: 101, client: 'B', stamp: 'S' }));
    await engine.ping(120);
    await engine.settle();
    expect(engine.retries).toMatchObject([{ sessionKey: 'A', unreadable: [Buffer.from('broken')] }]);
    expect(engine.retries[0]?.hits.map(filed => filed.hit.id)).toEqual(['a1', 'b1', 'b2']);
  });

  it('E40: a clean-up that fails half way is repeated with the next bucket; nothing comes twice', async () => {
    const stores = new Stores();
    const drop = stores.sets.drop.bind(stores.sets);
    let failures = 1;
    stores.sets.drop = key => {
      if (key === protoSessionHitsKey('A') && failures > 0) {
        failures -= 1;
        throw new Error('disk full');
      }
      drop(key);
    };
    const engine = new Engine({ timeoutS: 10, stores });
    await engine.take(hit('a1', { at: 100, client: 'A' }), hit('b1', { at: 100, client: 'B' }));
    await engine.ping(120);
    await engine.settle();
    expect(engine.postponed).toEqual(['A']);
    engine.clock.passMs(1);
    await engine.tick();
    expect(engine.closed.filter(ids => ids.includes('a1'))).toHaveLength(1);
    expect(engine.closed).toContainEqual(['b1']);
    expect(await engine.stored('A')).toEqual([]);
  });

  it('E40: a new process takes out to the end what the one before began to', async () => {
    const stores = new Stores();
    const engine = new Engine({ timeoutS: 10, stores });
    await engine.take(hit('a1', { at: 100, client: 'A' }));
    await engine.ping(111);
    const drop = stores.sets.drop.bind(stores.sets);
    let isDown = true;
    stores.sets.drop = stores.sets.delete = key => {
      if (isDown) throw new Error('disk full');
      drop(key);
    };
    await engine.settle();
    expect(engine.closed).toEqual([]);
    isDown = false;
    const next = engine.restarted();
    await next.take(hit('a2', { at: 112, client: 'A' }));
    await next.ping(200);
    await next.settle();
    expect(next.closed).toEqual([['a1'], ['a2']]);
  });
});

describe('repeats (E25, D8, D12)', () => {
  it('a task that comes twice is stored once, before and after the close', async () => {
    const engine = new Engine({ timeoutS: 10 });
    const h1 = hit('h1', { at: 100, client: 'A' });
    await engine.take(h1);
    await engine.take(h1);
    await engine.ping(111);
    await engine.settle();
    await engine.take(h1);
    expect(engine.outcomes).toEqual(['stored', 'duplicate', 'duplicate']);
    expect(engine.closed).toEqual([['h1']]);
    expect(await engine.stored('A')).toEqual([]);
  });

  it('ids are forgotten when the retention has passed', async () => {
    const engine = new Engine({ timeoutS: 10, retentionMs: 60_000 });
    const h1 = hit('h1', { at: 100, client: 'A' });
    await engine.take(h1);
    await engine.ping(111);
    await engine.settle();
    await engine.ping(171);
    await engine.settle();
    await engine.take(h1);
    await engine.ping(172);
    await engine.settle();
    await engine.take(h1);
    expect(engine.outcomes).toEqual(['stored', 'duplicate', 'late']);
  });

  it('the id counts for its client only', async () => {
    const engine = new Engine({ timeoutS: 10 });
    await engine.take(hit('h1', { at: 100, client: 'A' }), hit('h1', { at: 100, client: 'B' }));
    expect(engine.outcomes).toEqual(['stored', 'stored']);
  });

  it('many closed sessions of one client are all remembered', async () => {
    const engine = new Engine({ timeoutS: 10, caps: { hits: 1 }, retentionMs: 50_000 });
    const hits = Array.from({ length: 30 }, (_, index) => hit(`h${index}`, { at: 100 + index, client: 'A' }));
    for (const given of hits) await engine.take(given);
    await engine.take(...hits);
    expect(engine.outcomes.slice(30)).toEqual(hits.map(() => 'duplicate'));
    await engine.ping(165);
    await engine.settle();
    await engine.take(...hits);
    expect(new Set(engine.outcomes.slice(60, 75))).toEqual(new Set(['late']));
    expect(new Set(engine.outcomes.slice(75))).toEqual(new Set(['duplicate']));
  });

  it('a store that fails once costs nothing: the task comes again', async () => {
    const stores = new Stores();
    const add = stores.sets.add.bind(stores.sets);
    let calls = 0;
    stores.sets.add = (key, value) => {
      calls += 1;
      if (calls === 2) throw new Error('busy');
      add(key, value);
    };
    const engine = new Engine({ timeoutS: 10, stores });
    const hits = [hit('h1', { at: 100, client: 'A' }), hit('h2', { at: 101, client: 'A' })];
    await expect(engine.take(...hits)).rejects.toMatchObject({ reason: 'HITS_FAILED', metadata: { failed: '1', hits: '2' } });
    await engine.take(...hits);
    expect(await engine.stored('A')).toEqual(['h1', 'h2']);
    expect(engine.outcomes).toEqual(['stored', 'stored', 'duplicate']);
  });

  it('a hit that no codec takes goes to the dead letters, the others are stored', async () => {
    const deadLetters: string[] = [];
    const [kv, sets, aux] = [new MemoryKeyValueStore(), new MemorySetStore(), new MemoryAuxStores()];
    const encode = (filed: Parameters<typeof BINARY_HITS.encode>[0]): Uint8Array => {
      if (filed.hit.id === 'bad') throw new RangeError('too long');
      return BINARY_HITS.encode(filed);
    };
    const handler = new Handler({
      kv,
      sets,
      aux,
      guard: passThroughGuard({ joinByUserId: false }),
      codec: { ...BINARY_HITS, encode },
      middlewares: [],
      deadLetters: { push: ({ id }, reason) => void deadLetters.push(`${id}: ${reason}`) },
    });
    await handler.handle({ headers: {}, hits: ['bad', 'good'].map(id => ({ hit: hit(id, { at: 100, client: 'A' }) })) });
    expect(deadLetters).toEqual(['bad: HIT_UNENCODABLE']);
    expect(sets.all(protoSessionHitsKey('A'))).toHaveLength(1);
  });

  it('a ping that a middleware refuses is dropped', async () => {
    const refusing: Middleware = {
      handle: (_context, passing, next) => next(passing),
      onCleanup: () => undefined,
      onCollect: () => ({ hits: [], unreadable: [] }),
      onPing: () => {
        throw new Error('no');
      },
    };
    const handler = new Handler({
      kv: new MemoryKeyValueStore(),
      sets: new MemorySetStore(),
      aux: new MemoryAuxStores(),
      guard: passThroughGuard({ joinByUserId: false }),
      codec: BINARY_HITS,
      middlewares: [refusing],
      deadLetters: { push: () => undefined },
    });
    await expect(handler.ping(100)).rejects.toBeInstanceOf(Droppable);
  });
});

describe('closers and the loop', () => {
  const session = { sessionKey: 'A', cause: 'inactivity', bucket: 1, isLate: false } as const;
  const hits = [hit('h2', { at: 101, client: 'A' }), hit('h1', { at: 100, client: 'A' })];

  it('the printing one prints a line per hit', async () => {
    const lines: string[] = [];
    await printingCloser(text => void lines.push(text)).close({ ...session, hits });
    expect(lines).toEqual(['A A h2', 'A A h1']);
  });

  it('the direct one writes one sorted session, and waits before it passes a failure on', async () => {
    const written: string[][] = [];
    const waited: number[] = [];
    let fails = true;
    const closer = directCloser({
      writer: {
        write: ([{ propertyId, events }]) => {
          if (fails) throw new Error('down');
          written.push([propertyId, ...events.map(({ id }) => id)]);
        },
      },
      sleep: async ms => void waited.push(ms),
      onFailure: () => undefined,
    });
    await expect(closer.close({ ...session, hits })).rejects.toThrow('down');
    expect(waited).toEqual([5_000]);
    fails = false;
    await closer.close({ ...session, hits });
    await closer.close({ ...session, hits: [] });
    expect(written).toEqual([['p', 'h1', 'h2']]);
  });

  it('a tick by hand needs a close trigger', async () => {
    const engine = new Engine({ timeoutS: 5 });
    await engine.ping(100);
    await engine.ping(101);
    expect(await doTick(engine.trigger, engine.handler.context)).toBe(false);
    await engine.ping(102);
    expect(await doTick(engine.trigger, engine.handler.context)).toBe(true);
    const [evicter] = engine.middlewares;
    if (evicter === undefined) throw new Error('the chain begins with the evicter');
    await expect(doTick(evicter, engine.handler.context)).rejects.toMatchObject({ reason: 'NOT_A_CLOSE_TRIGGER' });
  });

  it('the loop closes what is due, survives errors and stops', async () => {
    const errors: unknown[] = [];
    const stores = new Stores();
    const engine = new Engine({ timeoutS: 5, stores });
    const all = stores.sets.all.bind(stores.sets);
    let failures = 1;
    stores.sets.all = key => {
      if (key === 'sessions.buckets.105' && failures > 0) {
        failures -= 1;
        throw new Error('busy');
      }
      return all(key);
    };
    await engine.take(hit('a1', { at: 100, client: 'A' }));
    await engine.ping(106);
    const loop = new CloseLoop({
      trigger: engine.trigger,
      context: engine.handler.context,
      clock: engine.clock,
      pauseMs: 1,
      onError: error => void errors.push(error),
    });
    while (engine.closed.length === 0) await engine.clock.sleep();
    await loop.stop();
    expect(errors).toHaveLength(1);
    expect(engine.closed).toEqual([['a1']]);
  });
});
