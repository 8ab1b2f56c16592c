import fc from 'fast-check';
import {
  decideProperty,
  NO_PROPERTY,
  settingsOf,
  type GivenSettings,
  type PropertySettings,
  type UsageRule,
} from '../../src/domain/index.js';
import { propertyEvents } from '../../src/adapters/jetstream/property-events.js';
import { BOUNDS, change, create, given } from './given.js';

const HOUR_MS = 3_600_000;
const rule: UsageRule = { key: 'visits', measure: 'count', eventType: 'visit', customer: { kind: 'fixed', key: 'acme' } };

describe('a new property', () => {
  it('has the defaults of sessions §10.1, D11 and §13.1', () => {
    given()
      .when(create())
      .then((after, events) => {
        expect(events).toEqual([{ type: 'property-created', propertyId: 'shop', settings: after.settings }]);
        expect(after).toMatchObject({ propertyId: 'shop', settingsVersion: 1 });
        expect(after.settings).toMatchObject({
          scope: 'client',
          timeoutMs: 30 * 60_000,
          joinByStamp: false,
          joinByUserId: false,
          ipMasking: 0,
          hardCaps: { hits: 10_000, ms: 24 * HOUR_MS, bytes: 8 * 1_024 * 1_024 },
          clientsPerIdentifierMax: 10,
          split: { inactivity: true, maxSinceFirstEventMs: 12 * HOUR_MS, maxEvents: 1_000, userIdChange: true, campaignChange: true },
          calendarBoundary: { kind: 'none' },
          openSessionsMax: null,
          announceOpened: false,
          usageRules: [],
        });
      });
  });

  it('joins by stamp and by user where relations between clients can exist', () => {
    given()
      .when(create({ scope: 'property' }))
      .then(({ settings }) => expect(settings).toMatchObject({ joinByStamp: true, joinByUserId: true }));
  });

  it('computes its stamp from the ten headers of sessions §10.2, in their order', () => {
    given()
      .when(create({ scope: 'property' }))
      .then(({ settings }) => {
        expect(settings?.stampHeaders).toHaveLength(10);
        expect(settings?.stampHeaders?.slice(0, 5)).toEqual(['Accept', 'Accept-Encoding', 'Accept-Language', 'User-Agent', 'Sec-CH-UA']);
      });
  });

  it('keeps what is given beside the defaults, also in parts', () => {
    given()
      .when(create({ timeoutMs: 60_000, hardCaps: { hits: 3 }, split: { maxEvents: null } }))
      .then(({ settings }) =>
        expect(settings).toMatchObject({
          timeoutMs: 60_000,
          hardCaps: { hits: 3, ms: 24 * HOUR_MS },
          split: { maxEvents: null, inactivity: true },
        }),
      );
  });

  it('is refused beside one of the same name', () => {
    given(create()).when(create()).thenRefuses('PROPERTY_ALREADY_EXISTS');
  });
});

describe('settings that could not work are refused by name', () => {
  const refused: readonly (readonly [GivenSettings, string, string])[] = [
    [{ timeoutMs: 200 }, 'TIMEOUT_TOO_SHORT', 'timeout_ms'],
    [{ timeoutMs: 1_500.5 }, 'TIMEOUT_TOO_SHORT', 'timeout_ms'],
    [{ timeoutMs: 7_200_001 }, 'TIMEOUT_TOO_LONG', 'timeout_ms'],
    [{ platformTimeoutsMs: { tv: 999 } }, 'TIMEOUT_TOO_SHORT', 'platform_timeouts'],
    [{ hardCaps: { hits: 0 } }, 'HARD_CAP_NOT_POSITIVE', 'hard_caps.hits'],
    [{ hardCaps: { ms: -1 } }, 'HARD_CAP_NOT_POSITIVE', 'hard_caps.duration_ms'],
    [{ hardCaps: { bytes: 0 } }, 'HARD_CAP_NOT_POSITIVE', 'hard_caps.bytes'],
    [{ hardCaps: { ms: 6 * 24 * HOUR_MS } }, 'LIMIT_OUT_OF_RANGE', 'hard_caps.duration_ms'],
    [{ joinByStamp: true }, 'JOIN_NEEDS_SCOPE_PROPERTY', 'join_by_stamp'],
    [{ joinByUserId: true }, 'JOIN_NEEDS_SCOPE_PROPERTY', 'join_by_user_id'],
    [{ scope: 'property', ipMasking: 4 }, 'MASKED_IP_CANNOT_JOIN', 'ip_masking'],
    [{ clientsPerIdentifierMax: 0 }, 'LIMIT_OUT_OF_RANGE', 'clients_per_identifier_max'],
    [{ botAfterHardCaps: 0 }, 'LIMIT_OUT_OF_RANGE', 'bot_after_hard_caps'],
    [{ openSessionsMax: 0 }, 'LIMIT_OUT_OF_RANGE', 'open_sessions_max'],
    [{ openBytesMax: -5 }, 'LIMIT_OUT_OF_RANGE', 'open_bytes_max'],
    [{ split: { maxEvents: 0 } }, 'LIMIT_OUT_OF_RANGE', 'split.max_events'],
    [{ split: { maxSinceFirstEventMs: 0 } }, 'LIMIT_OUT_OF_RANGE', 'split.max_since_first_event_ms'],
    [{ stampHeaders: Array.from({ length: 33 }, (_, i) => `X-${i}`) }, 'LIMIT_OUT_OF_RANGE', 'computed_stamp.headers'],
    [{ calendarBoundary: { kind: 'midnight', timeZone: 'Europe/Atlantis' } }, 'UNKNOWN_TIME_ZONE', 'calendar_boundary.midnight.time_zone'],
    [{ calendarBoundary: { kind: 'midnight', timeZone: '' } }, 'UNKNOWN_TIME_ZONE', 'calendar_boundary.midnight.time_zone'],
    [
      { calendarBoundary: { kind: 'billing_period', anchorMs: 0, interval: 'monthly' } },
      'INVALID_INTERVAL',
      'calendar_boundary.billing_period.interval',
    ],
    [
      { calendarBoundary: { kind: 'billing_period', anchorMs: 0, interval: 'PT1M' } },
      'INVALID_INTERVAL',
      'calendar_boundary.billing_period.interval',
    ],
    [{ filters: [{ name: 'office', action: 'exclude', mode: 'live', expression: 'inCidr(' }] }, 'FILTER_INVALID', 'filters[0].expression'],
    [{ usageRules: [rule, rule] }, 'DUPLICATE_NAME', 'usage_rules'],
    [{ usageRules: [{ ...rule, key: 'a:b' }] }, 'VALIDATION', 'usage_rules[0].key'],
  ];

  it.each(refused)('%j: %s', (settings, reason, field) => {
    given().when(create(settings)).thenRefuses(reason, field);
    given(create({ scope: settings.scope ?? 'client' }))
      .when(change(settings))
      .thenRefuses(reason, field);
  });

  it('measures a timeout by the tick that the service has (D17)', () => {
    given()
      .when(create({ timeoutMs: 59_999 }, { ...BOUNDS, tickMs: 60_000 }))
      .thenRefuses('TIMEOUT_TOO_SHORT');
    given()
      .when(create({ timeoutMs: 60_000 }, { ...BOUNDS, tickMs: 60_000 }))
      .then(({ settings }) => expect(settings?.timeoutMs).toBe(60_000));
  });

  it('lets addresses be removed where no stamp joins', () => {
    given()
      .when(create({ scope: 'property', ipMasking: 4, joinByStamp: false }))
      .then(({ settings }) => expect(settings?.ipMasking).toBe(4));
  });
});

describe('a change of settings', () => {
  it('counts a version and takes only the fields it names', () => {
    given(create({ timeoutMs: 60_000, announceOpened: true }))
      .when(change({ timeoutMs: 90_000, usageRules: [rule] }, ['timeoutMs']))
      .then((after, events) => {
        expect(events).toHaveLength(1);
        expect(after).toMatchObject({ settingsVersion: 2, settings: { timeoutMs: 90_000, announceOpened: true, usageRules: [] } });
      });
  });

  it('puts a named field that is not given back to its default', () => {
    given(create({ timeoutMs: 60_000 }))
      .when(change({}, ['timeoutMs']))
      .then(({ settings }) => expect(settings?.timeoutMs).toBe(30 * 60_000));
  });

  it('takes everything when it names nothing, but for the scope, which it need not say', () => {
    given(create({ scope: 'property', timeoutMs: 60_000, announceOpened: true }))
      .when(change({ timeoutMs: 90_000 }))
      .then(({ settings }) => expect(settings).toEqual(settingsOf({ scope: 'property', timeoutMs: 90_000 })));
  });

  it('never changes the scope', () => {
    given(create({ scope: 'property' }))
      .when(change({ scope: 'client' }))
      .thenRefuses('SCOPE_IMMUTABLE', 'scope');
    given(create())
      .when(change({ scope: 'property' }, ['scope']))
      .thenRefuses('SCOPE_IMMUTABLE', 'scope');
    given(create())
      .when(change({ scope: 'client' }))
      .then(({ settingsVersion }) => expect(settingsVersion).toBe(2));
  });

  it('is refused when the settings were changed meanwhile', () => {
    const first = change({ timeoutMs: 90_000 }, ['timeoutMs'], 1);
    given(create(), first)
      .when(change({ timeoutMs: 95_000 }, ['timeoutMs'], 1))
      .thenRefuses('CONCURRENT_UPDATE');
    given(create(), first)
      .when(change({ timeoutMs: 95_000 }, ['timeoutMs'], 2))
      .then(({ settingsVersion }) => expect(settingsVersion).toBe(3));
  });

  it('is refused for a property that does not exist', () => {
    given().when(change({})).thenRefuses('NOT_FOUND');
  });

  it('is checked as a whole: what is left unnamed must fit what is changed', () => {
    given(create({ scope: 'property' }))
      .when(change({ ipMasking: 4 }, ['ipMasking']))
      .thenRefuses('MASKED_IP_CANNOT_JOIN');
  });
});

describe('the events of a property', () => {
  const settings: fc.Arbitrary<PropertySettings> = fc
    .record({
      timeoutMs: fc.integer({ min: 1_000, max: 7_200_000 }),
      platformTimeoutsMs: fc.dictionary(fc.constantFrom('web', 'tv'), fc.integer({ min: 1_000, max: 7_200_000 })),
      stampHeaders: fc.option(fc.array(fc.string(), { maxLength: 32 }), { nil: null }),
      openSessionsMax: fc.option(fc.integer({ min: 1 }), { nil: null }),
      announceOpened: fc.boolean(),
      filters: fc.uniqueArray(
        fc.record({
          name: fc.string({ minLength: 1 }),
          action: fc.constantFrom('exclude' as const, 'allow' as const),
          mode: fc.constantFrom('live' as const, 'test' as const),
          expression: fc.constant('true'),
        }),
        { selector: ({ name }) => name, maxLength: 3 },
      ),
    })
    .map(given => settingsOf(given));

  it('come back from the log as they went in', () => {
    fc.assert(
      fc.property(settings, given => {
        for (const event of decideProperty({ type: 'create-property', propertyId: 'p', settings: given, bounds: BOUNDS }, NO_PROPERTY)) {
          const { type, data } = propertyEvents.encode(event);
          expect(propertyEvents.decode(type, JSON.parse(JSON.stringify(data)) as never)).toEqual(event);
        }
      }),
      { numRuns: 200 },
    );
  });
});
