import fc from 'fast-check';
import { comparePlaces, mergeSessions, type ListPlace } from '../../src/application/queries/merge.js';
import type { SessionState } from '../../src/application/queries/session-view.js';

type Found = ListPlace & { readonly state: SessionState };

const states: readonly SessionState[] = ['OPEN', 'CLOSING', 'CLOSED'];

const found: fc.Arbitrary<Found> = fc.record({
  sessionId: fc.constantFrom('a', 'b', 'c', 'é', '\u{1f600}', '\uffff', 'aa'),
  startedAtMs: fc.integer({ min: 0, max: 3 }),
  state: fc.constantFrom(...states),
});

describe('sessions found in several places', () => {
  it('are listed once each, with the highest state that any place has, in order', () => {
    fc.assert(
      fc.property(fc.array(found), fc.array(found), (left, right) => {
        const merged = mergeSessions(left, right);
        const all = [...left, ...right];
        expect(new Set(merged.map(({ sessionId }) => sessionId)).size).toBe(merged.length);
        expect(new Set(merged.map(({ sessionId }) => sessionId))).toEqual(new Set(all.map(({ sessionId }) => sessionId)));
        for (const { sessionId, state } of merged) {
          const known = all.filter(other => other.sessionId === sessionId).map(other => states.indexOf(other.state));
          expect(states.indexOf(state)).toBe(Math.max(...known));
        }
        merged.slice(1).forEach((session, index) => expect(comparePlaces(merged[index] ?? session, session)).toBeLessThan(0));
      }),
    );
  });

  it('come in the order of the documents: start descending, ids by their bytes', () => {
    const places = ['\u{1f600}', '\uffff', 'b', 'a'].map(sessionId => ({ startedAtMs: 1, sessionId }));
    expect([...places, { startedAtMs: 2, sessionId: 'z' }].sort(comparePlaces).map(({ sessionId }) => sessionId)).toEqual([
      'z',
      'a',
      'b',
      '\uffff',
      '\u{1f600}',
    ]);
  });
});
