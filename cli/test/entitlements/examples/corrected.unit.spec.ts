import { simulateEntitlements } from '@drawdown/cli';

/**
 * The right-hand column of entitlements §18 and the examples of §16 and §17 that the vector files cannot hold, because the reference answers
 * them differently. Days are of March 2025 unless written out; scenarios are those of `drawdown simulate entitlements`.
 */
const day = (text: string): string => {
  if (text.includes('T')) return text.endsWith('Z') ? text : `${text}:00Z`;
  const [date = '', hour = '00'] = text.split('.');
  return `2025-03-${date.padStart(2, '0')}T${hour}:00:00Z`;
};

interface Step {
  readonly now: string;
  readonly do: string;
  readonly [field: string]: unknown;
}

const story = (terms: Record<string, unknown>, steps: readonly Step[]): Record<string, unknown>[] => {
  const entitlement = { measureUsageFrom: day('1'), usagePeriod: { interval: 'P1M', anchor: day('1') }, ...terms };
  const result = simulateEntitlements({ op: 'entitlement', entitlement, steps }) as { readonly steps: Record<string, unknown>[] };
  return result.steps;
};

const grant = (now: string, id: string, amount: string, more: Record<string, unknown> = {}): Step => ({
  now: day(now),
  do: 'grant',
  grant: { id, amount, effectiveAt: day(now), ...more },
});

const used = (now: string, ...events: readonly (readonly [string, string])[]): Step => ({
  now: day(now),
  do: 'usage',
  events: events.map(([at, value]) => [day(at), value]),
});

const read = (now: string, at = now): Step => ({ now: day(now), do: 'read', at: day(at) });

const reset = (now: string, more: Record<string, unknown> = {}): Step => ({ now: day(now), do: 'reset', ...more });

const last = (steps: Record<string, unknown>[]): Record<string, unknown> => steps.at(-1) ?? {};

const WEEKLY = { recurrence: { interval: 'P1W', anchor: day('1') } };

describe('the corrected rules (entitlements §18)', () => {
  it('Q1: a read of the future leaves nothing behind', () => {
    const steps = story({ measureUsageFrom: '2025-01-01T00:00:00Z', usagePeriod: { interval: 'P1M', anchor: '2025-01-01T00:00:00Z' } }, [
      grant('2025-01-01T00:00:00Z', 'a', '1000', { resetMaxRollover: '1000' }),
      used('2025-01-10T00:00:00Z', ['2025-01-05T00:00:00Z', '100']),
      read('2025-01-10T00:00:00Z', '2025-02-05T00:00:00Z'),
      used('2025-02-03T00:00:00Z', ['2025-01-21T00:00:00Z', '300']),
      read('2025-02-03T00:00:00Z'),
    ]);
    expect(steps[2]).toMatchObject({ balance: '900' });
    expect(last(steps)).toMatchObject({ balance: '600' });
  });

  it('Q2: a late event counts behind a reset that was read already', () => {
    const steps = story({ measureUsageFrom: '2025-01-01T00:00:00Z', usagePeriod: { interval: 'P1M', anchor: '2025-01-01T00:00:00Z' } }, [
      grant('2025-01-01T00:00:00Z', 'a', '100', { resetMaxRollover: '100' }),
      used('2025-02-01T00:05:00Z', ['2025-01-05T00:00:00Z', '10']),
      read('2025-02-01T00:05:00Z'),
      used('2025-02-01T01:00:00Z', ['2025-01-31T23:00:00Z', '40']),
      read('2025-02-01T01:00:00Z'),
    ]);
    expect(last(steps)).toMatchObject({ balance: '50' });
  });

  it('Q3: what happens at a reset is applied once: on a recurrence', () => {
    const steps = story({ preserveOverageAtReset: true }, [
      grant('1', 'r', '100', WEEKLY),
      used('8', ['2', '130']),
      reset('8'),
      read('8'),
      read('2025-03-08T00:01:00Z'),
    ]);
    expect(steps[2]).toMatchObject({ balance: '70', overage: '0' });
    expect(steps[3]).toMatchObject({ balance: '70' });
    expect(steps[4]).toMatchObject({ balance: '70' });
  });

  it('Q3: what happens at a reset is applied once: on an activation', () => {
    const steps = story({ preserveOverageAtReset: true }, [
      grant('1', 'a', '100'),
      { ...grant('1', 'b', '50'), grant: { id: 'b', amount: '50', effectiveAt: day('11') } },
      used('11', ['2', '130']),
      reset('11'),
      read('11'),
      read('2025-03-11T00:01:00Z'),
    ]);
    for (const step of steps.slice(3)) expect(step).toMatchObject({ balance: '20', overage: '0' });
  });

  it('Q4: a manual reset on an automatic one takes its place', () => {
    const steps = story({ issueAfterReset: '100' }, [
      used('2025-04-01T00:00:00Z', ['2', '130']),
      reset('2025-04-01T00:00:00Z', { preserveOverage: true }),
      read('2025-04-01T00:00:00Z'),
      read('2025-04-02T00:00:00Z'),
    ]);
    for (const step of steps.slice(1)) expect(step).toMatchObject({ balance: '70', overage: '0' });
  });

  it('Q5: the choice of a reset is its own, and is remembered', () => {
    const steps = story({ issueAfterReset: '100' }, [
      used('2025-04-01T00:00:00Z', ['2', '130']),
      used('2025-04-10T00:00:00Z', ['2025-04-05T00:00:00Z', '120']),
      reset('2025-04-10T00:00:00Z', { preserveOverage: true, retainAnchor: true }),
      read('2025-04-10T00:00:00Z', '2025-04-02T00:00:00Z'),
      read('2025-04-11T00:00:00Z'),
    ]);
    expect(steps[2]).toMatchObject({ balance: '80' });
    expect(steps[3]).toMatchObject({ balance: '100' });
    expect(steps[4]).toMatchObject({ balance: '80' });
  });

  it('Q6: a read exactly at an activation or an end includes it (example 5)', () => {
    const steps = story({}, [
      grant('1', 'a', '200'),
      { ...grant('1', 'b', '900'), grant: { id: 'b', amount: '900', effectiveAt: day('6') } },
      grant('1', 'c', '10', { expiration: { count: 1, duration: 'WEEK' }, priority: 3 }),
      used('6', ['3', '360']),
      read('6'),
      { now: day('6'), do: 'history', from: day('1'), to: day('6') },
      read('8'),
    ]);
    expect(steps[4]).toMatchObject({ balance: '750', overage: '0', usageInPeriod: '360' });
    expect(steps[5]).toMatchObject({
      segments: [
        { terminationReasons: { priorityChange: true }, overage: '150' },
        {
          from: day('6'),
          to: day('6'),
          overageAtStart: '150',
          grantUsages: [{ grantId: 'b', usage: '150', reason: 'SEGMENT_TERMINATION' }],
        },
      ],
    });
    expect(last(steps)).toMatchObject({ grantBalances: { a: '0', b: '750' } });
  });

  it.each([
    ['0', '0', '20'],
    ['50', '50', '20'],
  ])('Q7: a grant that begins at a reset pays kept overage once, from its amount (min %s max %s)', (min, max, balance) => {
    const steps = story({ preserveOverageAtReset: true }, [
      grant('1', 'a', '100'),
      { ...grant('1', 'b', '50'), grant: { id: 'b', amount: '50', effectiveAt: day('11'), resetMinRollover: min, resetMaxRollover: max } },
      used('11', ['2', '130']),
      reset('11'),
      read('12'),
    ]);
    expect(last(steps)).toMatchObject({ balance, overage: '0', totalAvailable: '50' });
  });

  it.each(['0', '10'])('Q7: a grant that recurs at a reset pays kept overage after its refill (min %s)', min => {
    const steps = story({ preserveOverageAtReset: true }, [
      grant('1', 'r', '100', { recurrence: { interval: 'P10D', anchor: day('1') }, resetMinRollover: min, resetMaxRollover: '10' }),
      used('11', ['2', '130']),
      reset('11'),
      read('12'),
    ]);
    expect(last(steps)).toMatchObject({ balance: '70', overage: '0', totalAvailable: '100' });
  });

  it('Q7: the rollover segment shows what arrived with the reset (example 18)', () => {
    const steps = story({}, [
      grant('1', 'x', '80', { resetMaxRollover: '80', expiration: { count: 1, duration: 'MONTH' } }),
      { ...grant('1', 'y', '70'), grant: { id: 'y', amount: '70', effectiveAt: '2025-04-01T00:00:00Z', resetMaxRollover: '10' } },
      grant('1', 'r', '60', { resetMaxRollover: '15', recurrence: { interval: 'P1M', anchor: day('1') } }),
      used('5', ['3', '20']),
      { now: '2025-04-01T00:00:00Z', do: 'history', from: day('1'), to: '2025-04-01T00:00:00Z' },
    ]);
    const arrived = { x: '0', y: '70', r: '60' };
    expect(last(steps)).toMatchObject({
      snapshot: { balance: '130' },
      segments: [
        { terminationReasons: { usageReset: true } },
        { terminationReasons: { rollover: true }, balanceAtStart: arrived, grantUsages: [] },
        { from: '2025-04-01T00:00:00Z', to: '2025-04-01T00:00:00Z', balanceAtStart: arrived },
      ],
    });
  });

  it('Q9: a history that begins on a recurrence starts with what is left there, and with the overage still owed', () => {
    const steps = story({}, [
      grant('1', 'r', '100', WEEKLY),
      used('9', ['2', '130'], ['8.05', '5']),
      { now: day('9'), do: 'history', from: day('8'), to: day('9') },
      read('9'),
    ]);
    expect(steps[2]).toMatchObject({ segments: [{ balanceAtStart: { r: '70' }, overageAtStart: '0', totalUsage: '5' }] });
    expect(last(steps)).toMatchObject({ balance: '65' });
  });

  it('Q10: windows are cut in their zone, at their own bounds', () => {
    const steps = story({}, [
      grant('1', 'a', '100'),
      used('4', ['2.03', '20'], ['2.06', '30']),
      { now: day('4'), do: 'windows', from: day('2'), to: day('3'), windowSize: 'DAY', timeZone: 'America/New_York' },
      { now: day('4'), do: 'windows', from: '2025-03-02T03:30:00Z', to: '2025-03-02T05:00:00Z', windowSize: 'HOUR' },
    ]);
    expect(steps[2]).toEqual({
      windows: [
        { from: '2025-03-01T05:00:00Z', to: '2025-03-02T05:00:00Z', usage: '20', balanceAtStart: '100' },
        { from: '2025-03-02T05:00:00Z', to: '2025-03-03T05:00:00Z', usage: '30', balanceAtStart: '80' },
      ],
    });
    expect(steps[3]).toMatchObject({
      windows: [
        { from: '2025-03-02T03:00:00Z', usage: '20', balanceAtStart: '100' },
        { usage: '0', balanceAtStart: '80' },
      ],
    });
  });

  it('Q11: a deletion inside a minute counts from its start', () => {
    const result = simulateEntitlements({
      op: 'run',
      grants: [{ id: 'a', amount: '100', effectiveAt: day('1'), deletedAt: '2025-03-02T10:00:40Z' }],
      start: { at: day('1') },
      until: day('3'),
      usage: [
        ['2025-03-02T09:59:59Z', '10'],
        ['2025-03-02T10:00:10Z', '20'],
      ],
    });
    expect(result).toMatchObject({ snapshot: { overage: '20', totalGrantUsage: '10' }, segments: [{ to: '2025-03-02T10:00:00Z' }, {}] });
  });

  it('Q12: three tenths are exactly three tenths', () => {
    const result = simulateEntitlements({
      op: 'run',
      grants: [
        { id: 'a', amount: '0.3', effectiveAt: day('1') },
        { id: 'b', amount: '1', effectiveAt: day('1'), priority: 2 },
      ],
      start: { at: day('1') },
      until: day('5'),
      usage: [
        [day('2'), '0.1'],
        [day('3'), '0.1'],
        [day('4'), '0.1'],
      ],
      want: [],
    });
    expect(result).toMatchObject({ snapshot: { usage: '0.3', balances: { a: '0', b: '1' } } });
  });

  it('Q13: a grant is listed once among those that recur', () => {
    const result = simulateEntitlements({
      op: 'run',
      grants: [
        { id: 'b', amount: '10', effectiveAt: day('1'), recurrence: { interval: 'P1D', anchor: day('3') } },
        { id: 'a', amount: '10', effectiveAt: day('1'), recurrence: { interval: 'P1D', anchor: day('9') } },
      ],
      start: { at: day('1') },
      until: '2025-03-03T12:00:00Z',
      usage: [],
    });
    expect(result).toMatchObject({
      segments: [{ terminationReasons: { recurrence: ['a', 'b'] } }, { terminationReasons: { recurrence: ['a', 'b'] } }, {}],
    });
  });

  it('Q15: a read before the start of measurement is refused', () => {
    const steps = story({}, [grant('1', 'a', '10'), { now: day('6'), do: 'read', at: '2025-02-28T00:00:00Z' }, read('6')]);
    expect(steps[1]).toMatchObject({ error: { code: 'VALIDATION', reason: 'before_start_of_measurement' } });
    expect(last(steps)).toMatchObject({ balance: '10' });
  });
});

describe('checks of commands (entitlements §8.3, §10, §17)', () => {
  const refused = (reason: string): Record<string, unknown> => ({ error: { code: 'VALIDATION', reason } });

  it('refuses resets in the future, before the period, in the minute of the last one', () => {
    const steps = story({}, [
      reset('5', { at: day('6') }),
      reset('2025-04-05T00:00:00Z', { at: day('31') }),
      reset('2025-04-05T00:00:30Z'),
      reset('2025-04-05T00:00:50Z'),
      { now: '2025-04-05T00:01:00Z', do: 'reset', at: '2025-04-04T00:00:00Z' },
    ]);
    expect(steps).toMatchObject([
      refused('reset_in_future'),
      refused('reset_before_current_period'),
      { resetAt: '2025-04-05T00:00:00Z' },
      refused('reset_in_minute_of_last'),
      refused('reset_before_current_period'),
    ]);
  });

  it('accepts a reset for the instant of an automatic one, and moves the anchor there', () => {
    const steps = story({ issueAfterReset: '100', usagePeriod: { interval: 'P1W', anchor: day('1') } }, [
      reset('2025-03-08T00:05:00Z', { at: day('8') }),
      { now: day('9'), do: 'period' },
    ]);
    expect(steps).toEqual([expect.objectContaining({ resetAt: day('8'), balance: '100' }), { from: day('8'), to: day('15') }]);
  });

  it('refuses voids of unknown and of voided grants, in the future and before the period', () => {
    const steps = story({}, [
      grant('1', 'a', '10'),
      { now: day('2'), do: 'void', grantId: 'x' },
      { now: day('2'), do: 'void', grantId: 'a', at: day('3') },
      { now: '2025-04-02T00:00:00Z', do: 'void', grantId: 'a', at: day('31') },
      { now: '2025-04-02T00:00:40Z', do: 'void', grantId: 'a' },
      { now: '2025-04-03T00:00:00Z', do: 'void', grantId: 'a' },
    ]);
    expect(steps.slice(1)).toMatchObject([
      { error: { code: 'NOT_FOUND' } },
      { error: { code: 'VALIDATION', reason: 'void_in_future' } },
      { error: { code: 'VALIDATION', reason: 'void_before_current_period' } },
      { voidedAt: '2025-04-02T00:00:00Z' },
      { error: { code: 'VALIDATION', reason: 'grant_already_voided' } },
    ]);
  });

  it('refuses grants without an amount, with a known id, before the period', () => {
    const steps = story({}, [
      grant('1', 'a', '0'),
      grant('1', 'a', '-5'),
      grant('1', 'a', '5'),
      grant('2', 'a', '5'),
      { now: '2025-04-02T00:00:00Z', do: 'grant', grant: { id: 'b', amount: '5', effectiveAt: day('31') } },
    ]);
    expect(steps).toMatchObject([
      { error: { code: 'VALIDATION', reason: 'GRANT_AMOUNT_MUST_BE_POSITIVE' } },
      { error: { code: 'VALIDATION' } },
      { effectiveAt: day('1') },
      { error: { code: 'VALIDATION', reason: 'grant_id_exists' } },
      { error: { code: 'VALIDATION', reason: 'grant_before_current_period' } },
    ]);
  });

  it('the first reset may come before there is any grant', () => {
    const steps = story({}, [used('5', ['2', '7']), reset('5'), read('6')]);
    expect(last(steps)).toMatchObject({ balance: '0', overage: '0', usageInPeriod: '0', hasAccess: false });
  });

  it('a grant issued for the instant of a reset is full, one that expires there is gone', () => {
    const steps = story({}, [
      grant('1', 'old', '50', { expiration: { count: 10, duration: 'DAY' }, resetMaxRollover: '50' }),
      reset('11'),
      { now: day('12'), do: 'grant', grant: { id: 'new', amount: '30', effectiveAt: day('11') } },
      read('12', '11'),
      read('12'),
    ]);
    for (const step of steps.slice(3)) expect(step).toMatchObject({ grantBalances: { new: '30' }, balance: '30' });
  });
});
