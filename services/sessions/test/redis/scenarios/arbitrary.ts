import fc from 'fast-check';
import type { Scenario, ScenarioHit, ScenarioStep } from './scenario.js';

const BEGIN_MS = 1_735_689_600_000;
const CLIENTS = ['A', 'B', 'C', 'D', 'E'];
const STAMPS = ['S1', 'S2', 'S3'];
const USERS = ['u1', 'u2'];

/** What happens next in a run, in relation to what was before. */
type Move =
  | { readonly kind: 'hits'; readonly hits: readonly (Omit<ScenarioHit, 'id' | 'receivedAt'> & { readonly delayMs: number })[] }
  | { readonly kind: 'repeat'; readonly place: number }
  | { readonly kind: 'ping' }
  | { readonly kind: 'settle' };

const hit = fc.record({
  clientId: fc.constantFrom(...CLIENTS),
  propertyId: fc.constantFrom('p', 'p', 'p', 'q'),
  // No stamp of its own is the rule: clients that share one are few.
  sessionStamp: fc.option(fc.constantFrom(...STAMPS), { nil: null, freq: 2 }),
  userId: fc.option(fc.constantFrom(...USERS), { nil: null, freq: 1 }),
  delayMs: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 40_000 })),
});

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('hits' as const), hits: fc.array(hit, { minLength: 1, maxLength: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('repeat' as const), place: fc.nat() }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'ping' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'settle' as const }) },
);

/** Runs of several clients with shared stamps and users, late, repeated and unsorted hits, and ticks at any moments; all closes at the end. */
export const arbitraryScenario = (joins: boolean): fc.Arbitrary<Scenario> =>
  fc
    .record({
      timeoutMs: fc.constantFrom(1_000, 5_000, 10_000, 30_000),
      tickMs: fc.constantFrom(1_000, 2_000, 5_000),
      capHits: fc.constantFrom(3, 7, 10_000),
      moves: fc.array(fc.tuple(fc.integer({ min: 0, max: 12_000 }), move), { minLength: 1, maxLength: 25 }),
    })
    .filter(({ timeoutMs, tickMs }) => timeoutMs >= tickMs)
    .map(({ timeoutMs, tickMs, capHits, moves }) => ({
      mode: 'corrected',
      settings: { sessionDurationMs: timeoutMs, tickMs, joinByUserId: true, hardCapHits: capHits },
      steps: [...stepsOf(moves, joins), { ping: BEGIN_MS + 10_000_000 }, { settle: true as const }],
    }));

const stepsOf = (moves: readonly (readonly [number, Move])[], joins: boolean): readonly ScenarioStep[] => {
  const tasks: (readonly ScenarioHit[])[] = [];
  let nowMs = BEGIN_MS;
  let ids = 0;
  return moves.map(([passedMs, step]): ScenarioStep => {
    nowMs += passedMs;
    switch (step.kind) {
      case 'ping':
        return { ping: nowMs };
      case 'settle':
        return { settle: true };
      case 'repeat':
        return { hits: tasks[step.place % Math.max(1, tasks.length)] ?? [] };
      case 'hits': {
        const hits = step.hits.map(({ delayMs, sessionStamp, userId, ...rest }) => {
          ids += 1;
          const identifiers = joins ? { sessionStamp: sessionStamp ?? null, userId: userId ?? null } : { sessionStamp: null, userId: null };
          return { ...rest, ...identifiers, id: `h${String(ids)}`, receivedAt: nowMs - delayMs };
        });
        tasks.push(hits);
        return { hits };
      }
    }
  });
};
