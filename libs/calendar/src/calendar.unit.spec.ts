import { DateTime, Duration } from 'luxon';
import fc from 'fast-check';
import {
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  ceilToMinute,
  expiresAfter,
  floorToMinute,
  formatInstant,
  formatInterval,
  isOnMinuteGrid,
  nextOccurrence,
  nextWindowStart,
  occurrence,
  occurrenceNumberAt,
  occurrencesBetween,
  parseExpiration,
  parseInstant,
  parseInterval,
  parseTimeZone,
  periodAt,
  previousOccurrence,
  windowStart,
  type Interval,
  type Recurrence,
} from './index.js';

const at = (text: string): number => parseInstant(text);

const instants = fc
  .integer({ min: at('1990-01-01T00:00:00Z') / 1_000, max: at('2060-01-01T00:00:00Z') / 1_000 })
  .map(second => second * 1_000);

const intervals: fc.Arbitrary<Interval> = fc
  .record({
    years: fc.integer({ min: 0, max: 3 }),
    months: fc.integer({ min: 0, max: 14 }),
    weeks: fc.integer({ min: 0, max: 3 }),
    days: fc.integer({ min: 0, max: 40 }),
    hours: fc.integer({ min: 0, max: 30 }),
    minutes: fc.integer({ min: 0, max: 90 }),
    seconds: fc.integer({ min: 0, max: 90 }),
  })
  .map(parts => {
    // Few parts at a time, as people write them.
    const kept = Object.entries(parts).filter((_, index) => (parts.days + parts.minutes + index) % 3 === 0);
    return { years: 0, months: 0, weeks: 0, days: 0, hours: 0, minutes: 0, seconds: 0, ...Object.fromEntries(kept) };
  })
  .filter(interval => Object.values(interval).some(part => part > 0));

const recurrences: fc.Arbitrary<Recurrence> = fc.record({ interval: intervals, anchor: instants });

/** Occurrence by a calendar library: each part in its own call, so that years and months clip one after the other. */
const byLuxon = ({ interval, anchor }: Recurrence, n: number): number => {
  let date = DateTime.fromMillis(anchor, { zone: 'utc' });
  for (const part of ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds'] as const) {
    date = date.plus(Duration.fromObject({ [part]: interval[part] * n }));
  }
  return date.toMillis();
};

describe('a recurrence', () => {
  it('agrees with the calendar library for every occurrence', () => {
    fc.assert(
      fc.property(recurrences, fc.integer({ min: -200, max: 200 }), (recurrence, n) => {
        expect(occurrence(recurrence, n)).toBe(byLuxon(recurrence, n));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is strictly increasing, and its number is found for any instant', () => {
    fc.assert(
      fc.property(recurrences, instants, (recurrence, instant) => {
        const n = occurrenceNumberAt(recurrence, instant);
        expect(occurrence(recurrence, n) <= instant).toBe(true);
        expect(occurrence(recurrence, n + 1) > instant).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('has neighbours that differ only on an occurrence', () => {
    fc.assert(
      fc.property(recurrences, instants, fc.boolean(), (recurrence, instant, isOnOccurrence) => {
        const asked = isOnOccurrence ? occurrence(recurrence, occurrenceNumberAt(recurrence, instant)) : instant;
        const next = nextOccurrence(recurrence, asked, 'exclusive');
        const previous = previousOccurrence(recurrence, asked, 'exclusive');
        expect(next > asked).toBe(true);
        expect(previous < asked).toBe(true);
        const period = periodAt(recurrence, asked);
        expect(period.to).toBe(next);
        expect(period.from).toBe(previousOccurrence(recurrence, asked, 'inclusive'));
        expect([asked, next]).toContain(nextOccurrence(recurrence, asked, 'inclusive'));
        expect(period.from === asked).toBe(nextOccurrence(recurrence, asked, 'inclusive') === asked);
      }),
    );
  });

  it('applies years before months, each clipped', () => {
    const recurrence = { interval: parseInterval('P1Y1M'), anchor: at('2024-02-29T00:00:00Z') };
    expect(formatInstant(occurrence(recurrence, 1))).toBe('2025-03-28T00:00:00Z');
  });

  it('does not drift: ten years of month ends from the 31st', () => {
    const recurrence = { interval: parseInterval('P1M'), anchor: at('2025-01-31T09:00:00Z') };
    const listed = [...occurrencesBetween(recurrence, recurrence.anchor, at('2035-02-01T00:00:00Z'))];
    expect(listed).toHaveLength(121);
    for (const instant of listed) {
      const date = DateTime.fromMillis(instant, { zone: 'utc' });
      expect(date.day).toBe(date.daysInMonth);
      expect(date.hour).toBe(9);
    }
  });

  it('lists nothing in an empty range', () => {
    const recurrence = { interval: parseInterval('PT1H'), anchor: 0 };
    expect([...occurrencesBetween(recurrence, HOUR_MS, HOUR_MS)]).toEqual([]);
    expect([...occurrencesBetween(recurrence, HOUR_MS, 3 * HOUR_MS)]).toEqual([HOUR_MS, 2 * HOUR_MS]);
  });
});

describe('an interval', () => {
  it.each(['P1M', 'PT90M', 'P1Y6M', 'P1M2W', 'P1DT12H', 'PT1H30M15S'])('%s is read and written unchanged', text => {
    expect(formatInterval(parseInterval(text))).toBe(text);
  });

  it.each([
    '',
    'P',
    'PT',
    'P1DT',
    'P0D',
    'PT0S',
    'P-1M',
    '-P1M',
    'P1.5M',
    'PT1.5H',
    'P1H',
    '1M',
    'P1M1Y',
    'p1m',
    'P2000Y',
    `P${'9'.repeat(400)}D`,
  ])('%.20s is refused', text => {
    expect(() => parseInterval(text)).toThrow(expect.objectContaining({ reason: 'VALIDATION' }) as Error);
  });
});

describe('an expiration', () => {
  it('agrees with overflowing month arithmetic', () => {
    expect(formatInstant(expiresAfter(at('2025-01-31T00:00:00Z'), { count: 1, duration: 'MONTH' }))).toBe('2025-03-03T00:00:00Z');
    expect(formatInstant(expiresAfter(at('2024-02-29T00:00:00Z'), { count: 1, duration: 'YEAR' }))).toBe('2025-03-01T00:00:00Z');
    fc.assert(
      fc.property(instants, fc.integer({ min: 1, max: 300 }), (from, count) => {
        const start = DateTime.fromMillis(from, { zone: 'utc' });
        const overflowing = start
          .startOf('month')
          .plus({ months: count })
          .plus({ days: start.day - 1 });
        const timeOfDay = from - start.startOf('day').toMillis();
        expect(expiresAfter(from, { count, duration: 'MONTH' })).toBe(overflowing.toMillis() + timeOfDay);
        expect(expiresAfter(from, { count, duration: 'WEEK' })).toBe(from + 7 * count * DAY_MS);
      }),
    );
  });

  it.each([
    [1, 'DECADE'],
    [0, 'DAY'],
    [-1, 'DAY'],
    [1.5, 'DAY'],
    [Number.NaN, 'DAY'],
  ])('refuses %s × %s', (count, duration) => {
    expect(() => parseExpiration(count, duration)).toThrow(expect.objectContaining({ reason: 'VALIDATION' }) as Error);
  });

  it('refuses an end that nobody can write down', () => {
    expect(() => expiresAfter(0, { count: 4_000_000_000, duration: 'YEAR' })).toThrow(
      expect.objectContaining({ reason: 'VALIDATION' }) as Error,
    );
    expect(() => parseExpiration(1_001, 'DAY', 1_000)).toThrow(expect.objectContaining({ reason: 'VALIDATION' }) as Error);
  });
});

describe('an instant', () => {
  it('is read in any offset and written in UTC', () => {
    expect(formatInstant(at('2025-03-01T02:30:00+02:30'))).toBe('2025-03-01T00:00:00Z');
    expect(formatInstant(at('2025-02-28T19:00:00-05:00'))).toBe('2025-03-01T00:00:00Z');
    expect(formatInstant(at('2025-03-01T00:00:00.1239Z'))).toBe('2025-03-01T00:00:00.123Z');
    expect(formatInstant(at('0001-01-01T00:00:00Z'))).toBe('0001-01-01T00:00:00Z');
  });

  it.each([
    '2025-02-29T00:00:00Z',
    '2025-13-01T00:00:00Z',
    '2025-03-01T24:00:00Z',
    '2025-03-01T00:00:60Z',
    '2025-03-01',
    '2025-03-01T00:00Z',
    '2025-03-01T00:00:00',
    '2025-03-01T00:00:00+24:00',
    'now',
    '',
  ])('%s is refused', text => {
    expect(() => parseInstant(text)).toThrow(expect.objectContaining({ reason: 'VALIDATION' }) as Error);
  });

  it('is moved to the grid downwards and upwards, also before 1970', () => {
    for (const minute of [5 * MINUTE_MS, -5 * MINUTE_MS]) {
      expect(floorToMinute(minute)).toBe(minute);
      expect(ceilToMinute(minute)).toBe(minute);
      expect(floorToMinute(minute + 1)).toBe(minute);
      expect(ceilToMinute(minute + 1)).toBe(minute + MINUTE_MS);
      expect(isOnMinuteGrid(minute)).toBe(true);
      expect(isOnMinuteGrid(minute + 1_000)).toBe(false);
    }
  });
});

describe('a window', () => {
  it('starts on the days of its zone, which are 23 or 25 hours long where clocks change', () => {
    const start = windowStart(at('2025-03-09T12:00:00Z'), 'DAY', 'America/New_York');
    expect(formatInstant(start)).toBe('2025-03-09T05:00:00Z');
    expect(nextWindowStart(start, 'DAY', 'America/New_York') - start).toBe(23 * HOUR_MS);
    const autumn = windowStart(at('2025-11-02T12:00:00Z'), 'DAY', 'America/New_York');
    expect(nextWindowStart(autumn, 'DAY', 'America/New_York') - autumn).toBe(25 * HOUR_MS);
  });

  it('follows hours of zones that are half an hour off', () => {
    expect(formatInstant(windowStart(at('2025-03-01T00:40:00Z'), 'HOUR', 'Asia/Kolkata'))).toBe('2025-03-01T00:30:00Z');
  });

  it('knows its zones', () => {
    expect(parseTimeZone('Europe/Berlin')).toBe('Europe/Berlin');
    expect(() => parseTimeZone('Mars/Olympus')).toThrow(expect.objectContaining({ reason: 'VALIDATION' }) as Error);
  });
});
