import fc from 'fast-check';
import { backoffMs, pause } from './backoff.js';
import { Bell } from './bell.js';

const bounds = { retryMinMs: 50, retryMaxMs: 10_000 };

it('doubles its bound up to the largest one and jitters over the whole of it', () => {
  expect([0, 1, 2, 7, 8, 1_000_000].map(attempt => backoffMs(attempt, bounds, () => 1))).toEqual([50, 100, 200, 6_400, 10_000, 10_000]);
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, chance) => {
      const waitMs = backoffMs(attempt, bounds, () => chance);
      expect(waitMs).toBeGreaterThanOrEqual(0);
      expect(waitMs).toBeLessThanOrEqual(bounds.retryMaxMs);
    }),
  );
});

it('ends a wait when it is told to, also before it has begun', async () => {
  const ending = new AbortController();
  const waiting = pause(2 ** 30, ending.signal);
  ending.abort();
  await waiting;
  await pause(2 ** 30, ending.signal);
});

it('loses no ring, whether it comes before or during the wait', async () => {
  const bell = new Bell();
  bell.ring();
  await bell.wait();
  const waiting = bell.wait();
  bell.ring();
  await waiting;
});
