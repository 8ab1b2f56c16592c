import fc from 'fast-check';
import {
  decodeClosedSession,
  encodeClosedSession,
  closedSessionOf,
  type Assignment,
  type CloseCause,
  type Hit,
} from '../../src/domain/index.js';
import { AfterTheClose, type CloseOptions } from './support/closing.js';
import { hitOf } from './support/hits.js';
import { reasonOf } from './support/reason-of.js';
import { settingsOf } from './support/settings.js';

const SECOND_MS = 1_000;
const T = Date.parse('2025-01-01T12:00:00Z');

/** A hit that is called by its second. */
const at = (second: number, changes: Partial<Hit> = {}): Hit =>
  hitOf({ id: `h${String(second)}`, receivedAtMs: T + second * SECOND_MS, ...changes });

const headersOf = ({ sessions }: Assignment) => sessions.map(({ header }) => header);
const decided = (assignment: Assignment) =>
  headersOf(assignment).map(({ sessionId, revision, kind, hits }) => `${kind} ${sessionId}:${String(revision)} (${String(hits)})`);

describe('a proto-session that touches no closed session', () => {
  it('is closed, each of its pieces a session of its own', () => {
    const after = new AfterTheClose();
    const [first, second] = headersOf(after.close([at(0), at(10), at(21, { userId: 'u1' }), at(22)], { isLate: true }));
    expect(first).toMatchObject({ sessionId: 'h0', revision: 1, kind: 'closed', hits: 2, splitCause: null, isLate: true, continues: [] });
    expect(first).toMatchObject({ startedAtMs: T, endedAtMs: T + 10_000, clientId: 'visitor', timeoutMs: 10_000, settingsVersion: 1 });
    expect(first).not.toHaveProperty('userId');
    expect(second).toMatchObject({ sessionId: 'h21', hits: 2, splitCause: 'inactivity', userId: 'u1' });
  });

  it('becomes nothing when filters took all its hits', () => {
    expect(new AfterTheClose().close([])).toEqual({ sessions: [], writes: [], rulesWithoutCustomer: 0 });
  });

  it('leaves alone what lies further away than D', () => {
    const after = new AfterTheClose();
    after.close([at(0)]);
    expect(decided(after.close([at(10.001)]))).toEqual(['closed h10.001:1 (1)']);
  });

  it('amends what is remembered, however late the wheel came to close the later hits (D13)', () => {
    const after = new AfterTheClose();
    after.close([at(0)], { closedAtMs: T });
    expect(decided(after.close([at(1)], { closedAtMs: T + 86_400_000 }))).toEqual(['amended h0:2 (2)']);
  });
});

describe('late hits (sessions §15.2)', () => {
  it('amend the session that they follow, up to a gap of exactly D', () => {
    const after = new AfterTheClose();
    after.close([at(0), at(5)]);
    expect(decided(after.close([at(15)]))).toEqual(['amended h0:2 (3)']);
    expect(after.live()).toMatchObject([{ hits: ['h0', 'h15', 'h5'], header: { continues: [{ sessionId: 'h0', revision: 1 }] } }]);
  });

  it('amend the session that they lie in, even in several pieces', () => {
    const after = new AfterTheClose();
    after.close([at(0), at(8), at(16), at(24)]);
    const assignment = after.close([at(2), at(20)]);
    expect(decided(assignment)).toEqual(['amended h0:2 (6)']);
    expect(assignment.sessions[0]?.pieces).toEqual([0, 1]);
  });

  it('supersede a session that they begin earlier', () => {
    const after = new AfterTheClose();
    after.close([at(0)]);
    const assignment = after.close([at(-10)]);
    expect(decided(assignment)).toEqual(['closed h-10:1 (2)', 'superseded h0:2 (0)']);
    expect(headersOf(assignment)[1]).toMatchObject({ supersededBy: 'h-10', continues: [] });
    expect(after.live().map(({ hits }) => hits)).toEqual([['h-10', 'h0']]);
  });

  it('bridge two sessions: the later one is superseded', () => {
    const after = new AfterTheClose();
    after.close([at(0)]);
    after.close([at(18)]);
    expect(decided(after.close([at(9)]))).toEqual(['amended h0:2 (3)', 'superseded h18:2 (0)']);
  });

  it('bridge any number of sessions, and begin them anew', () => {
    const after = new AfterTheClose();
    for (const second of [10, 30, 50]) after.close([at(second)]);
    expect(decided(after.close([at(5), at(15), at(25), at(35), at(45)]))).toEqual([
      'closed h5:1 (8)',
      'superseded h10:2 (0)',
      'superseded h30:2 (0)',
      'superseded h50:2 (0)',
    ]);
  });

  it('find the sessions of every client of the group', () => {
    const after = new AfterTheClose();
    after.close([at(0)], { clientKeys: ['a', 'b'] });
    const [header] = headersOf(after.close([at(5)], { clientKeys: ['b', 'c'] }));
    expect(header).toMatchObject({ kind: 'amended', sessionKey: 'a', clientKeys: ['a', 'b', 'c'] });
    expect(decided(after.close([at(8)], { clientKeys: ['c'] }))).toEqual(['amended h0:3 (3)']);
    expect(decided(after.close([at(9)], { clientKeys: ['d'] }))).toEqual(['closed h9:1 (1)']);
  });

  it('count on in revisions of revisions', () => {
    const after = new AfterTheClose();
    after.close([at(0)]);
    after.close([at(5)]);
    expect(decided(after.close([at(10)]))).toEqual(['amended h0:3 (3)']);
  });

  it('use the D of the platform that the earlier hit was made on', () => {
    const settings = settingsOf({ platformTimeoutsMs: { tv: 60_000 } });
    const after = new AfterTheClose(settings);
    after.close([at(0, { platform: 'tv' })]);
    expect(decided(after.close([at(60)]))).toEqual(['amended h0:2 (2)']);
    expect(decided(after.close([at(71)]))).toEqual(['closed h71:1 (1)']);
  });
});

describe('ends that hold', () => {
  it.each<[CloseCause, boolean]>([
    ['inactivity', true],
    ['memory', true],
    ['import_completed', true],
    ['hard_cap', false],
    ['session_end', false],
    ['session_start', false],
    ['operator', false],
  ])('after %s: amended %s', (closeCause, isAmended) => {
    const after = new AfterTheClose();
    after.close([at(0), at(5)], { closeCause });
    const [header] = headersOf(after.close([at(7)]));
    expect(header).toMatchObject(isAmended ? { kind: 'amended', closeCause: 'inactivity' } : { kind: 'closed', splitCause: null });
    expect(decided(after.close([at(3)]))[0]).toMatch(/^amended h0/);
  });

  it('hold against a piece that lies on both sides', () => {
    const after = new AfterTheClose();
    after.close([at(0), at(5)], { closeCause: 'hard_cap' });
    expect(decided(after.close([at(3), at(8)]))).toEqual(['closed h3:1 (2)']);
  });

  it('hold between two sessions that a piece inside the first one touches both', () => {
    const after = new AfterTheClose();
    after.close([at(0), at(5)], { closeCause: 'hard_cap' });
    after.close([at(6), at(12)]);
    expect(decided(after.close([at(4)]))).toEqual(['amended h0:2 (3)']);
  });

  it('hold before a session_start', () => {
    const after = new AfterTheClose();
    after.close([at(0)], { closeCause: 'memory' });
    expect(decided(after.close([at(5, { eventName: 'session_start' }), at(6)]))).toEqual(['closed h5:1 (2)']);
    expect(decided(after.close([at(4)]))).toEqual(['amended h0:2 (2)']);
  });

  it('hold where a split cut, and only there', () => {
    const after = new AfterTheClose(settingsOf({ split: { ...settingsOf().split, userIdChange: true } }));
    expect(decided(after.close([at(0, { userId: 'u1' }), at(8, { userId: 'u2' })]))).toEqual(['closed h0:1 (1)', 'closed h8:1 (1)']);
    expect(decided(after.close([at(4)]))).toEqual(['amended h0:2 (2)']);
    expect(decided(after.close([at(6, { userId: 'u2' })]))).toEqual(['closed h6:1 (2)', 'superseded h8:2 (0)']);
    expect(decided(after.close([at(10)]))).toEqual(['amended h6:2 (3)']);
  });

  it('come from a split that would have cut, had the hits been together', () => {
    const split = { ...settingsOf().split, maxSinceFirstEventMs: 20_000, maxEvents: 3, userIdChange: true, campaignChange: true };
    const u1 = { userId: 'u1', queryParams: { utm_campaign: ['c1'] } };
    const cut = (hits: readonly Hit[], settings = settingsOf({ split })) => {
      const after = new AfterTheClose(settings);
      after.close([at(0, u1)], { closeCause: 'memory' });
      const [header] = headersOf(after.close(hits));
      return header?.kind === 'amended' ? 'amended' : header?.splitCause;
    };
    expect(cut([at(5, u1), at(9)])).toBe('amended');
    expect(cut([at(5, { userId: 'u2' })])).toBe('user_id_changed');
    expect(cut([at(5, { queryParams: { utm_campaign: [''] } })])).toBe('utm_campaign_changed');
    expect(cut([at(5), at(6), at(7)])).toBe('max_events_reached');
    expect(cut([at(10), at(20)])).toBe('max_time_since_first_event_reached');
    const midnight = settingsOf({ split, calendarBoundary: { kind: 'billing_period', anchorMs: T + 5_000, interval: 'P1D' } });
    expect(cut([at(5)], midnight)).toBe('calendar_boundary');
  });
});

describe('usage', () => {
  const rule = (key: string, measure: 'count' | 'duration' | 'hits', kind: 'fixed' | 'user_id' | 'client_id' = 'fixed') => ({
    key,
    measure,
    eventType: `t.${key}`,
    customer: kind === 'fixed' ? { kind, key: 'acme' } : { kind },
  });

  it('is worth what each rule measures, to whom it says', () => {
    const usageRules = [rule('n', 'count'), rule('t', 'duration', 'client_id'), rule('h', 'hits', 'user_id')];
    const after = new AfterTheClose(settingsOf({ usageRules }));
    const [header] = headersOf(after.close([at(0.9), at(5, { userId: 'u1' })]));
    expect(header?.usage).toEqual([
      { id: 'h0.9:1:n', rule: 'n', customer: 'acme', eventType: 't.n', value: '1' },
      { id: 'h0.9:1:t', rule: 't', customer: 'visitor', eventType: 't.t', value: '5' },
      { id: 'h0.9:1:h', rule: 'h', customer: 'u1', eventType: 't.h', value: '2' },
    ]);
  });

  it('is none without a customer, and that is counted', () => {
    const after = new AfterTheClose(settingsOf({ usageRules: [rule('n', 'count'), rule('h', 'hits', 'user_id')] }));
    const assignment = after.close([at(0), at(100)]);
    expect(headersOf(assignment).map(({ usage }) => usage.length)).toEqual([1, 1]);
    expect(assignment.rulesWithoutCustomer).toBe(2);
  });

  it('of a revision takes back that of the one before; a superseded session only takes back', () => {
    const after = new AfterTheClose(settingsOf({ usageRules: [rule('h', 'hits')] }));
    const [first] = headersOf(after.close([at(0)]));
    const [second] = headersOf(after.close([at(5)]));
    expect(second?.cancels).toEqual(first?.usage);
    expect(second?.usage).toMatchObject([{ id: 'h0:2:h', value: '2' }]);
    const [third, superseded] = headersOf(after.close([at(-5)]));
    expect(third?.cancels).toEqual([]);
    expect(superseded).toMatchObject({ usage: [], cancels: second?.usage });
    expect(after.usage()).toBe(3n);
  });
});

describe('what an amended session says', () => {
  const closing = (after: AfterTheClose, second: number, changes: Partial<Hit>, options: CloseOptions) =>
    headersOf(after.close([at(second, changes)], options))[0];

  it('comes from the part that began it, the part that ended it, or from both', () => {
    const after = new AfterTheClose();
    closing(after, 0, { clientId: 'one', userId: 'u1' }, { isLate: true, isBot: true });
    const later = closing(after, 5, { clientId: 'two', userId: 'u2' }, { closeCause: 'hard_cap' });
    expect(later).toMatchObject({ clientId: 'one', userId: 'u2', isLate: true, isBot: true, closeCause: 'hard_cap' });
    const earlier = closing(after, -5, { clientId: 'three', userId: 'u3' }, { closeCause: 'memory' });
    expect(earlier).toMatchObject({ clientId: 'three', userId: 'u2', isLate: false, isBot: true, closeCause: 'hard_cap' });
  });
});

describe('what is remembered of a closed session', () => {
  it('reads back as it was', () => {
    const after = new AfterTheClose(
      settingsOf({ usageRules: [{ key: 'n', measure: 'count', eventType: 't', customer: { kind: 'client_id' } }] }),
    );
    const headers = [
      ...headersOf(after.close([at(0)])),
      ...headersOf(
        after.close([at(50, { userId: 'u1' }), at(51, { platform: 'tv', queryParams: { utm_campaign: [''] } }), at(90)], {
          clientKeys: ['a', 'b'],
          closeCause: 'operator',
          isBot: true,
          isLate: true,
        }),
      ),
    ];
    expect(headers).toHaveLength(3);
    for (const header of headers) {
      const session = closedSessionOf(header);
      expect(decodeClosedSession(encodeClosedSession(session))).toEqual(session);
    }
  });

  it.each(['', '{}', 'null', '{"v":2}'])('is refused by name when it is %j', text => {
    expect(reasonOf(() => decodeClosedSession(text))).toBe('CLOSED_SESSION_UNREADABLE');
  });
});

/** Sessions by gaps alone: the independent answer. */
const grouped = (seconds: readonly number[], timeoutSeconds: number): string[][] => {
  const sessions: number[][] = [];
  for (const second of [...seconds].sort((a, b) => a - b)) {
    const session = sessions.at(-1);
    if (session === undefined || second - (session.at(-1) ?? 0) > timeoutSeconds) sessions.push([second]);
    else session.push(second);
  }
  return sessions.map(session => session.map(second => `h${String(second)}`));
};

describe('hits closed in any groups, in any order, within R', () => {
  const TIMEOUT_SECONDS = 10;
  const hits = fc.uniqueArray(fc.record({ second: fc.nat({ max: 300 }), close: fc.nat({ max: 12 }) }), {
    selector: ({ second }) => second,
    minLength: 1,
    maxLength: 60,
  });
  const usageRules = (['count', 'duration', 'hits'] as const).map(measure => ({
    key: measure,
    measure,
    eventType: 't',
    customer: { kind: 'fixed' as const, key: 'acme' },
  }));

  it('end as the sessions of all hits together, each once, and usage is that of these', () => {
    fc.assert(
      fc.property(hits, fc.boolean(), (placed, byMemory) => {
        const after = new AfterTheClose(settingsOf({ usageRules }));
        for (let close = 0; close <= 12; close += 1) {
          const closing = placed.filter(hit => hit.close === close).map(({ second }) => at(second));
          if (closing.length > 0) after.close(closing, { closeCause: byMemory ? 'memory' : 'inactivity' });
        }
        const expected = grouped(
          placed.map(({ second }) => second),
          TIMEOUT_SECONDS,
        );
        const live = after.live();
        expect(live.map(({ hits: ids }) => ids)).toEqual(expected.map(ids => [...ids].sort()));
        expect(live.map(({ header }) => [header.sessionId, header.edges.last.id, header.hits])).toEqual(
          expected.map(ids => [ids[0], ids.at(-1), ids.length]),
        );
        const seconds = live.reduce((sum, { header }) => sum + (header.endedAtMs - header.startedAtMs) / SECOND_MS, 0);
        expect(after.usage()).toBe(BigInt(live.length + seconds + placed.length));
      }),
      { numRuns: 300 },
    );
  });

  it('never join across an end that holds', () => {
    const causes = fc.array(fc.constantFrom<CloseCause>('inactivity', 'hard_cap', 'session_end', 'memory'), {
      minLength: 13,
      maxLength: 13,
    });
    fc.assert(
      fc.property(hits, causes, (placed, closeCauses) => {
        const after = new AfterTheClose();
        const hardLast = new Set<string>();
        for (const [close, closeCause] of closeCauses.entries()) {
          const closing = placed.filter(hit => hit.close === close).sort((a, b) => a.second - b.second);
          const last = closing.at(-1);
          if (last === undefined) continue;
          after.close(
            closing.map(({ second }) => at(second)),
            { closeCause },
          );
          if (closeCause === 'hard_cap' || closeCause === 'session_end') hardLast.add(at(last.second).id);
        }
        const live = after.live();
        expect(live.flatMap(({ hits: ids }) => ids).sort()).toEqual(placed.map(({ second }) => at(second).id).sort());
        for (const { header, hits: ids } of live) {
          expect(ids.filter(id => hardLast.has(id) && id !== header.edges.last.id)).toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('never make a session longer than its property allows', () => {
    const limits = fc.record({ maxEvents: fc.integer({ min: 1, max: 6 }), maxSinceFirstEventMs: fc.integer({ min: 1, max: 60_000 }) });
    fc.assert(
      fc.property(hits, limits, (placed, split) => {
        const after = new AfterTheClose(settingsOf({ split: { ...settingsOf().split, ...split } }));
        for (let close = 0; close <= 12; close += 1) after.close(placed.filter(hit => hit.close === close).map(({ second }) => at(second)));
        const live = after.live();
        expect(live.flatMap(({ hits: ids }) => ids).sort()).toEqual(placed.map(({ second }) => at(second).id).sort());
        for (const { header } of live) {
          expect(header.hits).toBeLessThanOrEqual(split.maxEvents);
          expect(header.endedAtMs - header.startedAtMs).toBeLessThan(split.maxSinceFirstEventMs);
        }
      }),
      { numRuns: 200 },
    );
  });
});
