import { parseInterval } from '@drawdown/calendar';
import { parseQuantity } from '@drawdown/quantity';
import { decideCustomer, evolveCustomer, NEW_CUSTOMER } from '../../src/domain/index.js';
import { at, createEntitlement, createGrant, given } from './given.js';

const created = [at('10T08:20:45'), createEntitlement()] as const;
const granted = [at('10T09:00:00'), createGrant()] as const;

describe('an entitlement', () => {
  it('begins to be measured in the minute of its creation, with everything it needs embedded', () => {
    given()
      .when(...created)
      .then(([event]) => {
        expect(event).toMatchObject({
          type: 'entitlement-created',
          entitlement: {
            id: 'e1',
            measureUsageFrom: at('10T08:20:00'),
            usagePeriod: { anchor: at('10T08:20:00') },
            meter: { valuePath: '$.tokens' },
          },
        });
      });
  });

  it('may be measured from the start of the period that holds now', () => {
    const command = createEntitlement({
      measureUsageFrom: 'current-period-start',
      usagePeriod: { interval: parseInterval('P7D'), anchor: at('01T00:00:00') },
    });
    given()
      .when(at('10T08:20:45'), command)
      .then(([event]) => {
        expect(event).toMatchObject({ entitlement: { measureUsageFrom: at('08T00:00:00') } });
      });
  });

  it('issues its default grant from the start of the running period (entitlements §11.2)', () => {
    const command = createEntitlement({ issueAfterReset: { amount: parseQuantity('50'), priority: 3 } });
    given()
      .when(at('10T08:20:45'), command)
      .then(events => {
        expect(events.map(({ type }) => type)).toEqual(['entitlement-created', 'grant-created']);
        expect(events[1]).toMatchObject({
          grant: {
            id: 'g0',
            priority: 3,
            isDefault: true,
            effectiveAt: at('10T08:20:00'),
            resetMaxRollover: parseQuantity('50'),
            resetMinRollover: parseQuantity('50'),
          },
        });
      });
  });

  it('is refused beside another one to the same feature', () => {
    given(created)
      .when(at('11T00:00:00'), createEntitlement({ entitlementId: 'e2' }))
      .thenRefuses('ENTITLEMENT_ALREADY_EXISTS');
  });

  it('is refused without a usable feature', () => {
    given()
      .when(at('10T00:00:00'), createEntitlement({ feature: undefined }))
      .thenRefuses('NOT_FOUND');
    given()
      .when(at('10T00:00:00'), createEntitlement({ meter: undefined }))
      .thenRefuses('INVALID_FEATURE', 'no_meter');
    given()
      .when(at('10T00:00:00'), createEntitlement({ featureIsArchived: true }))
      .thenRefuses('INVALID_FEATURE', 'archived');
  });

  it.each([
    ['PT59M', 'usage_period_too_short'],
    ['P367D', 'usage_period_too_long'],
    ['PT1H30S', 'usage_period_off_grid'],
  ])('is refused with a usage period of %s', (interval, rule) => {
    given()
      .when(at('10T00:00:00'), createEntitlement({ usagePeriod: { interval: parseInterval(interval) } }))
      .thenRefuses('VALIDATION', rule);
  });
});

describe('a grant', () => {
  it('is effective now, at the minute, with the default priority', () => {
    given(created)
      .when(at('10T09:00:30'), createGrant())
      .then(([event]) => {
        expect(event).toMatchObject({
          type: 'grant-created',
          entitlementId: 'e1',
          grant: { effectiveAt: at('10T09:00:00'), priority: 1, createdAt: at('10T09:00:30') },
        });
      });
  });

  it('finds its entitlement by id or by feature key', () => {
    given(created)
      .when(at('10T09:00:00'), createGrant({ entitlement: 'e1' }))
      .then(([event]) => expect(event).toMatchObject({ entitlementId: 'e1' }));
    given(created)
      .when(at('10T09:00:00'), createGrant({ entitlement: 'seats' }))
      .thenRefuses('NOT_FOUND');
  });

  it('is refused before the current period, empty, or below 0', () => {
    given(created)
      .when(at('12T00:00:00'), createGrant({ effectiveAt: at('10T08:19:59') }))
      .thenRefuses('VALIDATION', 'grant_before_current_period');
    given(created)
      .when(at('12T00:00:00'), createGrant({ effectiveAt: undefined, entitlement: 'unknown' }))
      .thenRefuses('GRANT_EFFECTIVE_AT_MUST_BE_SET');
    given(created)
      .when(at('12T00:00:00'), createGrant({ amount: 0n }))
      .thenRefuses('GRANT_AMOUNT_MUST_BE_POSITIVE');
    given(created)
      .when(at('12T00:00:00'), createGrant({ amount: -1n }))
      .thenRefuses('GRANT_AMOUNT_MUST_BE_POSITIVE');
  });

  it('may be voided once, not in the future, and is found among all entitlements', () => {
    const voided = [at('11T10:30:40'), { type: 'void-grant', grantId: 'g1' }] as const;
    given(created, granted)
      .when(...voided)
      .then((events, after) => {
        expect(events).toEqual([{ type: 'grant-voided', entitlementId: 'e1', grantId: 'g1', at: at('11T10:30:00') }]);
        expect(after.entitlements[0]?.grants[0]?.voidedAt).toBe(at('11T10:30:00'));
      });
    given(created, granted, voided)
      .when(at('12T00:00:00'), { type: 'void-grant', grantId: 'g1' })
      .thenRefuses('VALIDATION', 'grant_already_voided');
    given(created, granted)
      .when(at('12T00:00:00'), { type: 'void-grant', grantId: 'g1', at: at('12T00:01:00') })
      .thenRefuses('VALIDATION', 'void_in_future');
    given(created, granted).when(at('12T00:00:00'), { type: 'void-grant', grantId: 'gx' }).thenRefuses('NOT_FOUND');
  });
});

describe('a reset', () => {
  const reset = { type: 'reset-usage', entitlement: 'tokens', retainAnchor: false } as const;

  it('takes effect at its minute and moves the anchor there, unless that is kept', () => {
    given(created)
      .when(at('11T10:30:40'), reset)
      .then(([event]) => {
        expect(event).toMatchObject({
          type: 'usage-reset',
          reset: { at: at('11T10:30:00'), anchor: at('11T10:30:00'), preserveOverage: false },
        });
      });
    given(created)
      .when(at('11T10:30:40'), { ...reset, retainAnchor: true, preserveOverage: true })
      .then(([event]) => {
        expect(event).toMatchObject({ reset: { anchor: at('10T08:20:00'), preserveOverage: true } });
      });
  });

  it('is refused twice in one minute and in the future', () => {
    given(created, [at('11T10:30:40'), reset])
      .when(at('11T10:30:50'), reset)
      .thenRefuses('VALIDATION', 'reset_in_minute_of_last');
    given(created)
      .when(at('11T10:30:40'), { ...reset, at: at('11T10:31:00') })
      .thenRefuses('VALIDATION', 'reset_in_future');
  });
});

describe('a correction', () => {
  const correction = {
    type: 'announce-correction',
    entitlementId: 'e1',
    from: at('10T08:00:00'),
    before: 5n,
    after: 3n,
    usageSequence: 7,
  } as const;

  it('is announced and changes nothing but the time of the last change', () => {
    given(created)
      .when(at('11T00:00:00'), correction)
      .then((events, after) => {
        expect(events).toHaveLength(1);
        expect(after.entitlements).toEqual(given(created).customer.entitlements);
        expect(after.changedAt).toBe(at('11T00:00:00'));
      });
  });

  it('is not made where nothing changed', () => {
    given(created)
      .when(at('11T00:00:00'), { ...correction, after: 5n })
      .then(events => expect(events).toEqual([]));
  });
});

it('folds a creation again without doubling the grant: a stored grant may be newer than its customer', () => {
  const [event] = decideCustomer(createGrant(), given(created).customer, at('10T09:00:00'));
  if (event === undefined) throw new Error('nothing was decided');
  const once = evolveCustomer(given(created).customer, event, at('10T09:00:00'));
  expect(evolveCustomer(once, event, at('10T09:00:00'))).toEqual(once);
});

it('begins with nothing', () => {
  expect(NEW_CUSTOMER).toEqual({ entitlements: [], changedAt: 0 });
});
