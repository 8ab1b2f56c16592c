import { MINUTE_MS } from '@drawdown/calendar';
import fc from 'fast-check';
import { MinuteSums } from '../../src/domain/index.js';
import { S } from './arbitrary.js';

interface Booked {
  readonly second: number;
  readonly amount: bigint;
}

const booked: fc.Arbitrary<Booked[]> = fc.array(
  fc.record({ second: fc.integer({ min: 0, max: 3_000 }), amount: fc.bigInt({ min: -20n, max: 100n }) }),
  { maxLength: 80 },
);

const minutes = fc.integer({ min: -1, max: 51 });

const sumBetween = (events: readonly Booked[], from: number, to: number): bigint =>
  events.filter(({ second }) => from * 60 <= second && second < to * 60).reduce((sum, { amount }) => sum + amount, 0n);

describe('running sums', () => {
  it('answer any range at any time, whatever the order in which amounts come', () => {
    fc.assert(
      fc.property(booked, fc.array(fc.tuple(minutes, minutes)), (events, ranges) => {
        const sums = new MinuteSums();
        events.forEach(({ second, amount }, index) => {
          sums.add(S + second * 1_000, amount);
          const [from = 0, to = 51] = ranges[index] ?? [];
          expect(sums.between(S + from * MINUTE_MS, S + to * MINUTE_MS)).toBe(
            sumBetween(events.slice(0, index + 1), from, Math.max(from, to)),
          );
        });
      }),
    );
  });

  it('list what they hold, and hold the same in whatever order it came', () => {
    fc.assert(
      fc.property(booked, events => {
        const inOrder = new MinuteSums();
        const reversed = new MinuteSums();
        for (const { second, amount } of events) inOrder.add(S + second * 1_000, amount);
        for (const { second, amount } of [...events].reverse()) reversed.add(S + second * 1_000, amount);
        expect([...reversed.entries()]).toEqual([...inOrder.entries()]);
        const total = [...inOrder.entries()].reduce((sum, [, amount]) => sum + amount, 0n);
        expect(total).toBe(sumBetween(events, 0, 51));
      }),
    );
  });
});
