import fc from 'fast-check';
import { splitConditionsOf, splitHits, type Hit } from '../../src/domain/index.js';
import { Engine, hit } from './support/engine.js';

const TIMEOUT_S = 10;
const BEGIN_S = 1_000;

interface Drawn {
  readonly at: number;
  readonly client: string;
  readonly stamp: string | null;
  readonly user: string | null;
}

type Step =
  | { readonly kind: 'hits'; readonly hits: readonly Drawn[] }
  | { readonly kind: 'ping'; readonly at: number }
  | { readonly kind: 'ticks'; readonly count: number }
  | { readonly kind: 'repeat'; readonly back: number }
  | { readonly kind: 'restart' };

const at = fc.integer({ min: 0, max: 120 }).map(second => BEGIN_S + second);

const drawnHit: fc.Arbitrary<Drawn> = fc.record({
  at,
  client: fc.constantFrom('A', 'B', 'C', 'D'),
  stamp: fc.option(fc.constantFrom('S1', 'S2', 'S3', '[S4', ''), { freq: 2 }),
  user: fc.option(fc.constantFrom('u1', 'u2'), { freq: 1 }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('hits' as const), hits: fc.array(drawnHit, { minLength: 1, maxLength: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('ping' as const), at }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('ticks' as const), count: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('repeat' as const), back: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
);

const script = fc.array(step, { minLength: 1, maxLength: 25 });

const hitsOf = (drawn: readonly Drawn[], from: number): readonly Hit[] =>
  drawn.map(({ at: second, client, stamp, user }, index) =>
    hit(`h${from + index}`, { at: second, client, ...(stamp !== null && { stamp }), ...(user !== null && { userId: user }) }),
  );

/** What a run of a script left behind it, everything closed at its end. */
interface Played {
  readonly engines: readonly Engine[];
  readonly given: readonly Hit[];
  readonly moves: number;
  /** Every pointer and watermark seen, in order. */
  readonly pointers: readonly number[];
  readonly watermarks: readonly number[];
}

const play = async (steps: readonly Step[], compactBytes?: number): Promise<Played> => {
  let engine = new Engine({ timeoutS: TIMEOUT_S, joinByUserId: true, ...(compactBytes !== undefined && { compactBytes }) });
  const engines = [engine];
  const given: Hit[] = [];
  const pointers: number[] = [];
  const watermarks: number[] = [];
  const look = async (): Promise<void> => {
    pointers.push((await engine.next()) ?? Number.NEGATIVE_INFINITY);
    watermarks.push((await engine.trigger.watermarkMs(engine.handler.context)) ?? Number.NEGATIVE_INFINITY);
  };
  for (const each of [...steps, { kind: 'ping', at: BEGIN_S + 1_000 } as const]) {
    if (each.kind === 'hits') {
      const hits = hitsOf(each.hits, given.length);
      given.push(...hits);
      await engine.take(...hits);
    } else if (each.kind === 'repeat') await engine.take(...given.slice(-each.back));
    else if (each.kind === 'ping') await engine.ping(each.at);
    else if (each.kind === 'ticks') await engine.tick(each.count);
    else engines.push((engine = engine.restarted()));
    await look();
  }
  await engine.settle();
  await look();
  const moves = engines.flatMap(({ outcomes }) => outcomes).filter(outcome => outcome === 'moved').length;
  return { engines, given, moves, pointers, watermarks };
};

const closesOf = ({ engines }: Played): Engine['closer']['closed'] => engines.flatMap(({ closer }) => closer.closed);

const CONDITIONS = splitConditionsOf({
  split: { inactivity: true, maxSinceFirstEventMs: null, maxEvents: null, userIdChange: false, campaignChange: false },
  calendarBoundary: { kind: 'none' },
});

/** Sessions after the gap rule (D13): sorted ids of each, in one order. */
const sessionsOf = (closes: readonly { readonly hits: readonly Hit[] }[]): readonly (readonly string[])[] =>
  closes
    .flatMap(({ hits }) =>
      splitHits(hits, CONDITIONS, ({ receivedAtMs }) => ({ receivedAtMs, timeoutMs: TIMEOUT_S * 1_000 })).map(({ from, to }) =>
        hits
          .slice(from, to)
          .map(({ id }) => id)
          .sort(),
      ),
    )
    .sort((left, right) => (left.join() < right.join() ? -1 : 1));

const isSorted = (values: readonly number[]): boolean =>
  values.every((value, index) => index === 0 || (values[index - 1] ?? value) <= value);

describe('invariants of the portable engine (sessions §17)', () => {
  it.each([undefined, 700])('1, 2, 3, 10: whatever happens, with compaction from %s bytes', async compactBytes => {
    await fc.assert(
      fc.asyncProperty(script, async steps => {
        const played = await play(steps, compactBytes);
        const closes = closesOf(played);
        const emitted = closes.flatMap(({ hits }) => hits.map(({ id }) => id)).sort();
        expect(emitted).toEqual(played.given.map(({ id }) => id).sort());
        const last = played.engines.at(-1);
        expect(last?.inventory()).toMatchObject({ sets: {}, stamps: {} });
        expect(Object.keys(last?.inventory().kv ?? {})).toEqual(['sessions.buckets.next']);
        const { aux } = last?.stores ?? {};
        expect([aux?.aliases.size, aux?.notes.keys(), aux?.users.entries(), aux?.buckets.first(), aux?.filter.openClients]).toEqual([
          0,
          [],
          [],
          null,
          0,
        ]);
        expect(aux?.merges.unfinished()).toEqual([]);
        expect(aux?.handOvers.frozen()).toEqual([]);
        expect(played.moves).toBeLessThanOrEqual(played.given.length);
        expect(isSorted(played.pointers)).toBe(true);
        expect(isSorted(played.watermarks)).toBe(true);
      }),
      { numRuns: 80 },
    );
  });

  it('4: no gap in a session is longer than D, and sessions of one proto-session do not overlap', async () => {
    await fc.assert(
      fc.asyncProperty(script, async steps => {
        for (const { hits } of closesOf(await play(steps))) {
          const stretches = splitHits(hits, CONDITIONS, ({ receivedAtMs }) => ({ receivedAtMs, timeoutMs: TIMEOUT_S * 1_000 }));
          const times = hits.map(({ receivedAtMs }) => receivedAtMs);
          expect(isSorted(times)).toBe(true);
          for (const { from, to } of stretches) {
            const inside = times.slice(from, to);
            for (const [index, time] of inside.entries()) expect(time - (inside[index - 1] ?? time)).toBeLessThanOrEqual(TIMEOUT_S * 1_000);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('5: hits between two ticks may come in any order, and in any tasks', async () => {
    const own = fc.array(drawnHit, { minLength: 2, maxLength: 15 });
    await fc.assert(
      fc.asyncProperty(own, fc.array(fc.nat(), { minLength: 15, maxLength: 15 }), fc.boolean(), async (drawn, keys, joins) => {
        const hits = hitsOf(joins ? drawn : drawn.map(each => ({ ...each, stamp: null, user: null })), 0);
        const shuffled = hits.map((given, index) => ({ given, key: keys[index] ?? 0 })).sort((left, right) => left.key - right.key);
        const inOneTask = new Engine({ timeoutS: TIMEOUT_S, joinByUserId: true });
        await inOneTask.take(...hits);
        const oneByOne = new Engine({ timeoutS: TIMEOUT_S, joinByUserId: true });
        for (const { given } of shuffled) await oneByOne.take(given);
        for (const engine of [inOneTask, oneByOne]) {
          await engine.ping(BEGIN_S + 1_000);
          await engine.settle();
        }
        expect(sessionsOf(oneByOne.closer.closed)).toEqual(sessionsOf(inOneTask.closer.closed));
      }),
      { numRuns: 80 },
    );
  });

  it('6: it does not matter when ticks run, as long as no hit is late', async () => {
    const inOrder = fc.array(drawnHit, { minLength: 1, maxLength: 20 }).map(drawn => [...drawn].sort((left, right) => left.at - right.at));
    await fc.assert(
      fc.asyncProperty(inOrder, fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }), async (drawn, ticks) => {
        // Joins across a gap are the business of whoever is open: with ticks the neighbour may be closed by then.
        const hits = hitsOf(
          drawn.map(each => ({ ...each, stamp: null, user: null })),
          0,
        );
        const often = new Engine({ timeoutS: TIMEOUT_S });
        const once = new Engine({ timeoutS: TIMEOUT_S });
        for (const [index, given] of hits.entries()) {
          await once.take(given);
          await often.take(given);
          if (ticks[index] === true) await often.settle();
        }
        for (const engine of [once, often]) {
          await engine.ping(BEGIN_S + 1_000);
          await engine.settle();
        }
        expect(sessionsOf(often.closer.closed)).toEqual(sessionsOf(once.closer.closed));
      }),
      { numRuns: 80 },
    );
  });

  it('10: nothing closes before D of event time has passed since its last hit', async () => {
    await fc.assert(
      fc.asyncProperty(script, async steps => {
        const played = await play(steps);
        const late = new Set(closesOf(played).filter(({ isLate }) => isLate));
        for (const close of closesOf(played)) {
          if (late.has(close)) continue;
          const lastMs = close.hits.at(-1)?.receivedAtMs ?? 0;
          expect((close.bucket ?? 0) * 1_000 + 1_000).toBeGreaterThan(lastMs + TIMEOUT_S * 1_000);
        }
      }),
      { numRuns: 40 },
    );
  });
});
