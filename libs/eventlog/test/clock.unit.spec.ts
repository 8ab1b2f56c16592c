import fc from 'fast-check';
import { ServerClock } from '@drawdown/eventlog';
import { refusalOf } from './setup.js';

const SERVER_AHEAD_MS = 1_700_000_000_000;

describe('the stream’s clock', () => {
  let nowMs: number;
  let clock: ServerClock;
  beforeEach(() => {
    nowMs = 1_000;
    clock = new ServerClock(() => nowMs);
  });
  const observe = (roundTripMs: number, errorMs = 0): void => {
    const sentAtMs = nowMs - roundTripMs;
    clock.observe({ sentAtMs, receivedAtMs: nowMs, serverTimeMs: SERVER_AHEAD_MS + sentAtMs + roundTripMs / 2 + errorMs });
  };

  it('knows nothing without a sample', () => {
    expect(refusalOf(() => clock.nowMs())).toMatchObject({ reason: 'CLOCK_UNCERTAIN' });
  });

  it('answers the server’s time, and goes on with the monotonic clock', () => {
    observe(20);
    expect(clock.nowMs()).toBe(SERVER_AHEAD_MS + 1_000);
    nowMs += 500;
    expect(clock.nowMs()).toBe(SERVER_AHEAD_MS + 1_500);
  });

  it('trusts the shortest round trip of the last 30 s', () => {
    observe(10);
    nowMs += 5_000;
    observe(1_800, 900);
    expect(clock.nowMs()).toBe(SERVER_AHEAD_MS + nowMs);
    nowMs += 26_000; // the good sample is too old now
    expect(clock.nowMs()).toBe(SERVER_AHEAD_MS + nowMs + 900);
  });

  it('passes over samples that say too little, and is uncertain 30 s after the last good one', () => {
    observe(10);
    nowMs += 30_000;
    observe(2_001);
    clock.observe({ sentAtMs: nowMs, receivedAtMs: nowMs - 1, serverTimeMs: SERVER_AHEAD_MS });
    clock.observe({ sentAtMs: nowMs, receivedAtMs: nowMs, serverTimeMs: Number.NaN });
    expect(clock.nowMs()).toBe(SERVER_AHEAD_MS + nowMs);
    nowMs += 1;
    expect(refusalOf(() => clock.nowMs())).toMatchObject({ reason: 'CLOCK_UNCERTAIN' });
  });

  it('never goes back, and errs by half the shortest round trip at most', () => {
    const step = fc.record({
      passesMs: fc.integer({ min: 0, max: 9_000 }),
      outMs: fc.integer({ min: 0, max: 1_000 }),
      backMs: fc.integer({ min: 0, max: 1_000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), steps => {
        let monotonicMs = 0;
        let lastMs = Number.NEGATIVE_INFINITY;
        const own = new ServerClock(() => monotonicMs);
        for (const { passesMs, outMs, backMs } of steps) {
          const sentAtMs = monotonicMs;
          monotonicMs += outMs + backMs;
          own.observe({ sentAtMs, receivedAtMs: monotonicMs, serverTimeMs: SERVER_AHEAD_MS + sentAtMs + outMs });
          monotonicMs += passesMs;
          const answerMs = own.nowMs();
          expect(answerMs).toBeGreaterThanOrEqual(lastMs);
          expect(Math.abs(answerMs - SERVER_AHEAD_MS - monotonicMs)).toBeLessThanOrEqual(1_001);
          lastMs = answerMs;
        }
      }),
    );
  });
});
