import fc from 'fast-check';
import {
  modified,
  splitConditionsOf,
  splitHits,
  splitting,
  type CalendarBoundary,
  type SplitEvent,
  type SplitSettings,
} from '../../src/domain/index.js';
import { reasonOf } from './support/reason-of.js';

const MINUTE_MS = 60_000;
const TIMEOUT_MS = 30 * MINUTE_MS;
const OFF: SplitSettings = {
  inactivity: false,
  maxSinceFirstEventMs: null,
  maxEvents: null,
  userIdChange: false,
  campaignChange: false,
};
const NO_CALENDAR: CalendarBoundary = { kind: 'none' };

const conditions = (split: Partial<SplitSettings>, calendarBoundary: CalendarBoundary = NO_CALENDAR) =>
  splitConditionsOf({ split: { ...OFF, ...split }, calendarBoundary });

const same = (event: SplitEvent): SplitEvent => event;

/** Indices per session and the causes of all but the first. */
const cut = (events: readonly SplitEvent[], split: Partial<SplitSettings>, calendarBoundary?: CalendarBoundary) => {
  const stretches = splitHits(events, conditions(split, calendarBoundary), same);
  return {
    sessions: stretches.map(({ from, to }) => Array.from({ length: to - from }, (_, index) => from + index)),
    causes: stretches.slice(1).map(({ cause }) => cause),
  };
};

const atMinutes = (...minutes: number[]): SplitEvent[] =>
  minutes.map(minute => ({ receivedAtMs: minute * MINUTE_MS, timeoutMs: TIMEOUT_MS }));
const withCampaigns = (...campaigns: (string | null | undefined)[]): SplitEvent[] =>
  campaigns.map((campaign, index) => ({ receivedAtMs: index * MINUTE_MS, timeoutMs: TIMEOUT_MS, campaign }));
const withUsers = (...users: (string | undefined)[]): SplitEvent[] =>
  users.map((userId, index) => ({ receivedAtMs: index * MINUTE_MS, timeoutMs: TIMEOUT_MS, userId }));

describe('E36, splitting', () => {
  it('asks time, events, campaign and user in that order', () => {
    const campaigns = ['c1', 'c1', 'c1', 'c2', 'c2', 'c2'];
    const users = ['u1', 'u1', 'u1', 'u1', 'u2', 'u2'];
    const events = [0, 1, 2, 3, 6, 7].map((minute, index) => ({
      receivedAtMs: minute * MINUTE_MS,
      timeoutMs: TIMEOUT_MS,
      campaign: campaigns[index],
      userId: users[index],
    }));
    const all = { maxSinceFirstEventMs: 5 * MINUTE_MS, maxEvents: 3, userIdChange: true, campaignChange: true };
    expect(cut(events, all)).toEqual({ sessions: [[0, 1, 2], [3], [4, 5]], causes: ['max_events_reached', 'user_id_changed'] });
  });

  it('names the earlier of two conditions that fire at one event', () => {
    const events = withCampaigns('c1', 'c1', 'c2');
    expect(cut(events, { maxEvents: 2, campaignChange: true }).causes).toEqual(['max_events_reached']);
    expect(cut(events, { maxEvents: 3, campaignChange: true }).causes).toEqual(['utm_campaign_changed']);
  });

  it('begins anew after each split', () => {
    expect(cut(withCampaigns('c1', 'c1', 'c1', 'c2', 'c2'), { maxEvents: 2, campaignChange: true })).toEqual({
      sessions: [[0, 1], [2], [3, 4]],
      causes: ['max_events_reached', 'utm_campaign_changed'],
    });
  });

  it.each([
    { limit: 3, count: 4, sizes: [3, 1] },
    { limit: 2, count: 7, sizes: [2, 2, 2, 1] },
    { limit: 1, count: 3, sizes: [1, 1, 1] },
  ])('cuts $count events at a limit of $limit', ({ limit, count, sizes }) => {
    const events = atMinutes(...Array.from({ length: count }, (_, minute) => minute));
    expect(cut(events, { maxEvents: limit }).sessions.map(session => session.length)).toEqual(sizes);
  });

  it.each([
    { minutes: [0, 5, 10, 15], sessions: [[0], [1], [2], [3]] },
    {
      minutes: [0, 2, 5, 7],
      sessions: [
        [0, 1],
        [2, 3],
      ],
    },
  ])('cuts $minutes at five minutes since the first event', ({ minutes, sessions }) => {
    expect(cut(atMinutes(...minutes), { maxSinceFirstEventMs: 5 * MINUTE_MS }).sessions).toEqual(sessions);
  });

  it.each([
    { users: [undefined, undefined, 'u2', undefined], sessions: [[0, 1, 2, 3]] },
    { users: [undefined, undefined, 'u2', 'u3'], sessions: [[0, 1, 2], [3]] },
    { users: ['u1', undefined, '', undefined], sessions: [[0, 1, 2, 3]] },
    { users: ['u1', undefined, 'u1', 'u2', 'u1'], sessions: [[0, 1, 2], [3], [4]] },
  ])('follows the users $users', ({ users, sessions }) => {
    expect(cut(withUsers(...users), { userIdChange: true }).sessions).toEqual(sessions);
  });

  it.each([
    {
      campaigns: ['c1', undefined, '', undefined],
      sessions: [
        [0, 1],
        [2, 3],
      ],
    },
    { campaigns: ['c1', undefined, null, undefined], sessions: [[0, 1, 2, 3]] },
    { campaigns: [undefined, 'c1', null, 'c1'], sessions: [[0, 1, 2, 3]] },
    { campaigns: ['', 'c1', ''], sessions: [[0], [1], [2]] },
  ])('follows the campaigns $campaigns', ({ campaigns, sessions }) => {
    expect(cut(withCampaigns(...campaigns), { campaignChange: true }).sessions).toEqual(sessions);
  });
});

describe('inactivity (D13)', () => {
  it('keeps a gap of exactly D together and cuts a longer one, before any other condition', () => {
    const events = [0, TIMEOUT_MS, 2 * TIMEOUT_MS + 1].map(receivedAtMs => ({ receivedAtMs, timeoutMs: TIMEOUT_MS }));
    expect(cut(events, { inactivity: true, maxEvents: 2 })).toEqual({ sessions: [[0, 1], [2]], causes: ['inactivity'] });
  });

  it('takes the D of the earlier hit of a pair', () => {
    const events = [
      { receivedAtMs: 0, timeoutMs: 10 },
      { receivedAtMs: 11, timeoutMs: 100 },
      { receivedAtMs: 111, timeoutMs: 10 },
    ];
    expect(cut(events, { inactivity: true }).sessions).toEqual([[0], [1, 2]]);
  });
});

describe('calendar boundaries', () => {
  const at = (...instants: string[]): SplitEvent[] =>
    instants.map(instant => ({ receivedAtMs: Date.parse(instant), timeoutMs: 24 * 60 * MINUTE_MS }));
  const midnightIn = (timeZone: string): CalendarBoundary => ({ kind: 'midnight', timeZone });

  it('cuts at midnight of the property, not of UTC', () => {
    const events = at('2025-01-31T21:59:59.999Z', '2025-01-31T22:00:00Z', '2025-02-01T00:00:00Z');
    expect(cut(events, {}, midnightIn('Africa/Cairo'))).toEqual({ sessions: [[0], [1, 2]], causes: ['calendar_boundary'] });
  });

  it('knows that days are longer and shorter where clocks change', () => {
    const springDay = at('2025-03-29T23:00:00Z', '2025-03-30T21:59:59Z', '2025-03-30T22:00:00Z');
    expect(cut(springDay, {}, midnightIn('Europe/Berlin')).sessions).toEqual([[0, 1], [2]]);
    const autumnDay = at('2025-10-25T22:00:00Z', '2025-10-26T22:59:59Z', '2025-10-26T23:00:00Z');
    expect(cut(autumnDay, {}, midnightIn('Europe/Berlin')).sessions).toEqual([[0, 1], [2]]);
  });

  it('cuts where the day begins at one o’clock because midnight was skipped', () => {
    const events = at('2018-11-04T02:59:59Z', '2018-11-04T03:00:00Z', '2018-11-05T01:59:59Z', '2018-11-05T02:00:00Z');
    expect(cut(events, {}, midnightIn('America/Sao_Paulo')).sessions).toEqual([[0], [1, 2], [3]]);
  });

  it('cuts at the end of the billing period, on the last day of short months', () => {
    const billing: CalendarBoundary = { kind: 'billing_period', anchorMs: Date.parse('2025-01-31T10:00:00Z'), interval: 'P1M' };
    const events = at('2025-02-28T09:59:59Z', '2025-02-28T10:00:00Z', '2025-02-28T11:00:00Z');
    expect(cut(events, {}, billing)).toEqual({ sessions: [[0], [1, 2]], causes: ['calendar_boundary'] });
  });

  it('is asked after inactivity and before the limits', () => {
    const events = at('2025-01-01T23:00:00Z', '2025-01-02T00:00:00Z', '2025-01-03T01:00:00Z');
    const split = { inactivity: true, maxEvents: 1 };
    expect(cut(events, split, midnightIn('UTC')).causes).toEqual(['calendar_boundary', 'inactivity']);
  });

  it('refuses a calendar that it cannot read', () => {
    expect(reasonOf(() => conditions({}, midnightIn('Mars/Olympus')))).toBe('VALIDATION');
    const billing: CalendarBoundary = { kind: 'billing_period', anchorMs: 0, interval: 'monthly' };
    expect(reasonOf(() => conditions({}, billing))).toBe('VALIDATION');
  });
});

describe('modifiers', () => {
  it('return what they were given when there is nothing to cut', () => {
    const events = atMinutes(0, 100);
    expect(modified(events, [splitting([], same)])).toEqual([{ hits: events, splitCause: null, nextSplitCause: null }]);
    expect(modified([], [splitting(conditions({ maxEvents: 1 }), same)])).toEqual([{ hits: [], splitCause: null, nextSplitCause: null }]);
    expect(splitHits([], conditions({ maxEvents: 1 }), same)).toEqual([]);
  });

  it('pass every piece on, with the causes at both of its ends', () => {
    const events = atMinutes(0, 1, 2, 40, 41);
    const pieces = modified(events, [splitting(conditions({ inactivity: true }), same), splitting(conditions({ maxEvents: 2 }), same)]);
    expect(pieces.map(({ hits, splitCause, nextSplitCause }) => [hits.length, splitCause, nextSplitCause])).toEqual([
      [2, null, 'max_events_reached'],
      [1, 'max_events_reached', 'inactivity'],
      [2, 'inactivity', null],
    ]);
  });
});

describe('any hits', () => {
  const event = fc.record({
    gapMs: fc.nat({ max: 40 }),
    timeoutMs: fc.integer({ min: 10, max: 30 }),
    userId: fc.constantFrom(undefined, '', 'u1', 'u2'),
    campaign: fc.constantFrom(undefined, null, '', 'c1'),
  });
  const settings = fc.record({
    inactivity: fc.boolean(),
    maxSinceFirstEventMs: fc.option(fc.integer({ min: 1, max: 100 })),
    maxEvents: fc.option(fc.integer({ min: 1, max: 5 })),
    userIdChange: fc.boolean(),
    campaignChange: fc.boolean(),
  });
  const sortedEvents = fc.array(event, { maxLength: 30 }).map(events => {
    let receivedAtMs = 0;
    return events.map(({ gapMs, ...rest }): SplitEvent => ({ ...rest, receivedAtMs: (receivedAtMs += gapMs) }));
  });

  it('are each in exactly one session, which breaks no condition', () => {
    fc.assert(
      fc.property(sortedEvents, settings, (events, split) => {
        const stretches = splitHits(events, conditions(split), same);
        expect(stretches.flatMap(({ from, to }) => events.slice(from, to))).toEqual(events);
        for (const [number, { from, to, cause }] of stretches.entries()) {
          const session = events.slice(from, to);
          expect(cause === null).toBe(number === 0);
          if (split.inactivity) session.slice(1).forEach((hit, index) => expectNear(session[index], hit));
          expect(session.length).toBeLessThanOrEqual(split.maxEvents ?? Infinity);
          expect((session.at(-1)?.receivedAtMs ?? 0) - (session[0]?.receivedAtMs ?? 0)).toBeLessThan(
            Math.max(split.maxSinceFirstEventMs ?? Infinity, 1),
          );
          if (split.userIdChange) expect(new Set(session.map(({ userId }) => userId ?? '').filter(id => id !== '')).size).toBeLessThan(2);
          if (split.campaignChange) expect(new Set(session.flatMap(({ campaign }) => campaign ?? [])).size).toBeLessThan(2);
        }
      }),
    );
  });
});

const expectNear = (earlier: SplitEvent | undefined, later: SplitEvent): void => {
  expect(later.receivedAtMs - (earlier?.receivedAtMs ?? 0)).toBeLessThanOrEqual(earlier?.timeoutMs ?? 0);
};
