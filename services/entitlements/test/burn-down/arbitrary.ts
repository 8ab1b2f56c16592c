import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, parseInterval } from '@drawdown/calendar';
import { ONE } from '@drawdown/quantity';
import fc from 'fast-check';
import { newGrant, type EngineReset, type Grant } from '../../src/domain/index.js';
import type { FoldEvent } from './minute-fold.js';

/** Start of every random case: a Saturday, the first of a month. */
export const S = Date.UTC(2025, 2, 1);

/** How far random cases reach. */
export const HORIZON_MS = 36 * HOUR_MS;

/** Instants that like to coincide: mostly whole hours, some quarters, few minutes of any kind. */
export const instantBetween = (fromHour: number, toHour: number): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: fromHour, max: toHour }).map(hour => S + hour * HOUR_MS) },
    { weight: 2, arbitrary: fc.integer({ min: fromHour * 4, max: toHour * 4 }).map(quarter => S + quarter * 15 * MINUTE_MS) },
    { weight: 1, arbitrary: fc.integer({ min: fromHour * 60, max: toHour * 60 }).map(minute => S + minute * MINUTE_MS) },
  );

const quantity = (max: number): fc.Arbitrary<bigint> => fc.integer({ min: 0, max: max * 4 }).map(quarters => (BigInt(quarters) * ONE) / 4n);

const maybe = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> => fc.option(arbitrary, { nil: undefined, freq: 1 });

export const intervals = fc.constantFrom('PT15M', 'PT1H', 'PT90M', 'PT6H', 'P1D', 'P1DT1H').map(parseInterval);

const grantWithId = (id: string): fc.Arbitrary<Grant> =>
  fc
    .record({
      amount: fc.integer({ min: 1, max: 200 }).map(quarters => (BigInt(quarters) * ONE) / 4n),
      priority: fc.integer({ min: 0, max: 3 }),
      effectiveAt: instantBetween(-12, 40),
      expiration: maybe(fc.integer({ min: 1, max: 40 }).map(count => ({ count, duration: 'HOUR' as const }))),
      recurrence: maybe(fc.record({ interval: intervals, anchor: instantBetween(-30, 50) })),
      voidedAt: fc.option(instantBetween(-12, 40), { nil: undefined, freq: 4 }),
      deletedAt: fc.option(instantBetween(-12, 40), { nil: undefined, freq: 6 }),
      resetMaxRollover: quantity(60),
      resetMinRollover: quantity(30),
      createdAt: fc.constantFrom(S, S + DAY_MS),
    })
    .map(draft => newGrant({ id, ...draft }));

/** 0 to `max` grants with many ties. */
export const grantsUpTo = (max: number): fc.Arbitrary<Grant[]> =>
  fc.integer({ min: 0, max }).chain(count => fc.tuple(...Array.from({ length: count }, (_, index) => grantWithId(`g${index}`))));

/** Usage on and around boundaries: a second before, at, a second after. */
export const usageEvents = (max: number): fc.Arbitrary<FoldEvent[]> =>
  fc.array(
    fc
      .tuple(instantBetween(-2, 37), fc.constantFrom(-SECOND_MS, 0, SECOND_MS, 31 * SECOND_MS), quantity(40))
      .map(([at, shift, amount]) => ({ at: at + shift, amount })),
    { maxLength: max },
  );

export const resetList: fc.Arbitrary<EngineReset[]> = fc
  .uniqueArray(fc.record({ at: instantBetween(0, 36), preserveOverage: fc.boolean() }), { maxLength: 5, selector: reset => reset.at })
  .map(resets => resets.filter(reset => reset.at > S && reset.at <= S + HORIZON_MS));
