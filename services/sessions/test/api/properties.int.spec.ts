import { UNPARTITIONED } from '@drawdown/eventlog';
import {
  CalendarBoundary,
  FilterAction,
  FilterMode,
  Platform,
  PropertiesServiceService as Properties,
  Scope,
  UsageMeasure,
  type PropertySettings,
} from '@drawdown/proto/sessions';
import { millis, newCommand, refusalOf, timestamp, type Client } from './client.js';
import { EdgeWorld } from './edge-world.js';
import { createProperty, settings } from './given.js';

describe('PropertiesService', () => {
  let world: EdgeWorld;
  let client: Client;
  beforeAll(async () => {
    world = await EdgeWorld.create();
    client = await world.client();
  });
  afterAll(() => world.end());

  const everything: PropertySettings = {
    scope: Scope.PROPERTY,
    timeoutMs: 60_000,
    platformTimeouts: [
      { platform: Platform.WEB, timeoutMs: 90_000 },
      { platform: Platform.TV, timeoutMs: 3_600_000 },
    ],
    joinByStamp: false,
    joinByUserId: true,
    computedStamp: { enabled: true, headers: ['user-agent'] },
    ipMasking: 2,
    hardCaps: { hits: 500, durationMs: 3_600_000, bytes: 1_000_000 },
    clientsPerIdentifierMax: 5,
    openSessionsMax: 1_000,
    openBytesMax: 1_000_000_000,
    botAfterHardCaps: 7,
    split: { inactivity: true, maxSinceFirstEventMs: 0, maxEvents: 10, userIdChange: false, campaignChange: true },
    calendarBoundary: { boundary: { $case: 'billingPeriod', value: { anchor: timestamp(1_735_689_600_000), interval: 'P1M' } } },
    filters: [{ name: 'office', action: FilterAction.EXCLUDE, mode: FilterMode.TEST, expression: 'inCidr(ip, "10.0.0.0/8")' }],
    announceOpened: true,
    usageRules: [
      { key: 'visits', measure: UsageMeasure.COUNT, eventType: 'visit', customer: { $case: 'fixedCustomer', value: 'acme' } },
      { key: 'time', measure: UsageMeasure.DURATION, eventType: 'visit.time', customer: { $case: 'userId', value: true } },
    ],
  };

  it('stores every setting and gives each back as it was sent', async () => {
    const { propertyId } = await createProperty(client, everything);
    const { property } = await client.call(Properties.getProperty, { propertyId, minPosition: '' });
    expect(property).toMatchObject({ propertyId, settings: everything, settingsVersion: 1 });
    expect(millis(property?.createTime)).toBe(millis(property?.updateTime));
  });

  it('fills in the defaults of a new property', async () => {
    const property = await createProperty(client);
    expect(property.settings).toMatchObject({
      scope: Scope.CLIENT,
      timeoutMs: 1_800_000,
      joinByStamp: false,
      ipMasking: 0,
      hardCaps: { hits: 10_000, durationMs: 86_400_000, bytes: 8_388_608 },
      openSessionsMax: 0,
      split: { inactivity: true, maxSinceFirstEventMs: 43_200_000, maxEvents: 1_000, userIdChange: true, campaignChange: true },
      calendarBoundary: undefined,
      usageRules: [],
    });
    const joining = await createProperty(client, { scope: Scope.PROPERTY });
    expect(joining.settings).toMatchObject({ scope: Scope.PROPERTY, joinByStamp: true, joinByUserId: true });
  });

  it('changes the fields that are named, and puts named ones that are unset back to their defaults', async () => {
    const { propertyId } = await createProperty(client, { timeoutMs: 60_000, announceOpened: true });
    const update = (given: Partial<PropertySettings>, updateMask: string[], expectedSettingsVersion = 0) =>
      client.call(Properties.updateProperty, {
        ...newCommand(),
        propertyId,
        settings: settings(given),
        updateMask,
        expectedSettingsVersion,
      });
    const first = await update({ timeoutMs: 90_000, announceOpened: false }, ['timeout_ms'], 1);
    expect(first.property).toMatchObject({ settingsVersion: 2, settings: { timeoutMs: 90_000, announceOpened: true } });
    const second = await update({}, ['timeout_ms', 'announce_opened']);
    expect(second.property).toMatchObject({ settingsVersion: 3, settings: { timeoutMs: 1_800_000, announceOpened: false } });
    const { property } = await client.call(Properties.getProperty, { propertyId, minPosition: second.position });
    expect(property).toEqual(second.property);
  });

  it('refuses a change for another version, of the scope, of an unknown field, of an unknown property', async () => {
    const { propertyId } = await createProperty(client);
    const update = (given: object) =>
      refusalOf(
        client.call(Properties.updateProperty, {
          ...newCommand(),
          propertyId,
          settings: settings(),
          updateMask: [],
          expectedSettingsVersion: 0,
          ...given,
        }),
      );
    expect(await update({ expectedSettingsVersion: 2 })).toMatchObject({ code: 'ABORTED', reason: 'CONCURRENT_UPDATE' });
    expect(await update({ settings: settings({ scope: Scope.PROPERTY }) })).toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'SCOPE_IMMUTABLE',
    });
    expect(await update({ updateMask: ['timeouts'] })).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'VALIDATION' });
    expect(await update({ propertyId: 'nowhere' })).toMatchObject({ code: 'NOT_FOUND', reason: 'NOT_FOUND' });
  });

  it.each([
    [{ timeoutMs: 200 }, 'TIMEOUT_TOO_SHORT', 'settings.timeout_ms'],
    [{ timeoutMs: 90_000_000 }, 'TIMEOUT_TOO_LONG', 'settings.timeout_ms'],
    [{ hardCaps: { hits: 0 } }, 'HARD_CAP_NOT_POSITIVE', 'settings.hard_caps.hits'],
    [{ joinByStamp: true }, 'JOIN_NEEDS_SCOPE_PROPERTY', 'settings.join_by_stamp'],
    [{ scope: Scope.PROPERTY, ipMasking: 4 }, 'MASKED_IP_CANNOT_JOIN', 'settings.ip_masking'],
    [{ ipMasking: 5 }, 'LIMIT_OUT_OF_RANGE', 'settings.ip_masking'],
    [
      { calendarBoundary: CalendarBoundary.create({ boundary: { $case: 'midnight', value: { timeZone: 'Mars/Olympus' } } }) },
      'UNKNOWN_TIME_ZONE',
      'settings.calendar_boundary.midnight.time_zone',
    ],
    [
      { filters: [{ name: 'bad', action: FilterAction.ALLOW, mode: FilterMode.LIVE, expression: 'ip ==' }] },
      'FILTER_INVALID',
      'settings.filters[0].expression',
    ],
    [
      { usageRules: [{ key: 'k', measure: UsageMeasure.COUNT, eventType: 'e', customer: undefined }] },
      'VALIDATION',
      'settings.usage_rules[0]',
    ],
    [
      {
        platformTimeouts: [
          { platform: Platform.TV, timeoutMs: 5_000 },
          { platform: Platform.TV, timeoutMs: 6_000 },
        ],
      },
      'DUPLICATE_NAME',
      'settings.platform_timeouts',
    ],
    [{ platformTimeouts: [{ platform: 9, timeoutMs: 5_000 }] }, 'VALIDATION', 'settings.platform_timeouts[0].platform'],
  ] as [Partial<PropertySettings>, string, string][])('refuses %j: %s', async (given, reason, field) => {
    const refused = await refusalOf(createProperty(client, given));
    expect(refused).toMatchObject({ code: 'INVALID_ARGUMENT', reason });
    expect(refused.violations.map(violation => violation.field)).toContain(field);
  });

  it('answers a repeated request as the first time and refuses its id for another one', async () => {
    const command = newCommand();
    const create = (propertyId: string, timeoutMs: number) =>
      client.call(Properties.createProperty, { ...command, propertyId, settings: settings({ timeoutMs }) });
    const first = await create('repeated', 60_000);
    expect((await create('repeated', 60_000)).position).toBe(first.position);
    expect(await refusalOf(create('repeated', 61_000))).toMatchObject({ reason: 'IDEMPOTENCY_MISMATCH' });
    const old = { ...newCommand(), requestTime: timestamp(Date.now() - 2 * 86_400_000) };
    const late = client.call(Properties.createProperty, { ...old, propertyId: 'late', settings: settings() });
    expect(await refusalOf(late)).toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'COMMAND_EXPIRED' });
  });

  it('keeps namespaces apart: one name, two properties', async () => {
    const stranger = await world.client('strangers');
    await createProperty(client, { timeoutMs: 60_000 }, 'shared');
    expect(await refusalOf(createProperty(client, {}, 'shared'))).toMatchObject({
      code: 'ALREADY_EXISTS',
      reason: 'PROPERTY_ALREADY_EXISTS',
    });
    expect(await refusalOf(stranger.call(Properties.getProperty, { propertyId: 'shared', minPosition: '' }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    await createProperty(stranger, { timeoutMs: 70_000 }, 'shared');
    const { property } = await client.call(Properties.getProperty, { propertyId: 'shared', minPosition: '' });
    expect(property?.settings?.timeoutMs).toBe(60_000);
    const { properties } = await stranger.call(Properties.listProperties, { pageSize: 0, pageToken: '', minPosition: '' });
    expect(properties.map(({ propertyId }) => propertyId)).toEqual(['shared']);
  });

  it('lists a namespace page by page, each property once, by id', async () => {
    const lister = await world.client('listed');
    const ids = Array.from({ length: 7 }, (_, index) => `p.${String(index)} *>`);
    let position = '';
    for (const propertyId of ids.toReversed()) {
      ({ position } = await lister.call(Properties.createProperty, { ...newCommand(), propertyId, settings: settings() }));
    }
    const listed: string[] = [];
    let pageToken = '';
    do {
      const page = await lister.call(Properties.listProperties, { pageSize: 3, pageToken, minPosition: position });
      expect(page.properties.length).toBeLessThanOrEqual(3);
      listed.push(...page.properties.map(({ propertyId }) => propertyId));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(listed).toEqual(ids);
    const odd = lister.call(Properties.listProperties, { pageSize: 3, pageToken: 'bm8', minPosition: '' });
    expect(await refusalOf(odd)).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'VALIDATION' });
  });

  it('does not wait longer than the call for a position that never comes, and knows its own incarnation', async () => {
    const token = (incarnation: string, sequence: number): string =>
      `p1.${Buffer.from(JSON.stringify([['properties', incarnation, UNPARTITIONED, sequence]])).toString('base64url')}`;
    const ahead = token(world.incarnations.properties ?? '', 1_000_000);
    const waiting = client.call(Properties.getProperty, { propertyId: 'shared', minPosition: ahead }, { deadlineMs: 300 });
    expect(['STALE_READ', 'DEADLINE_EXCEEDED', '']).toContain((await refusalOf(waiting)).reason);
    const foreign = client.call(Properties.getProperty, { propertyId: 'shared', minPosition: token('0'.repeat(26), 1) });
    expect(await refusalOf(foreign)).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'POSITION_UNKNOWN' });
  });
});
