import { HeldLease } from './held-lease.js';

let nowMs = 0;
const stepDownMs = 10_000;
const lease = (): HeldLease => {
  nowMs = 0;
  return new HeldLease(3, 17, 'incarnation', 17, 0, stepDownMs, () => nowMs);
};

it('holds until ten seconds after the last confirmed renewal was sent, and never again after that', () => {
  const held = lease();
  nowMs = 9_999;
  expect(held.isHeld()).toBe(true);
  held.confirm(18, 5_000);
  nowMs = 14_999;
  expect(held.isHeld()).toBe(true);
  nowMs = 15_000;
  expect(held.isHeld()).toBe(false);
  // The answer to a renewal that was sent in time arrives after the step-down: somebody may have looked and stopped.
  held.confirm(19, 14_000);
  expect(held.isHeld()).toBe(false);
});

it('keeps the epoch of its creation through renewals', () => {
  const held = lease();
  held.confirm(23, 1_000);
  expect(held.epoch).toBe(17);
  expect(held.revision).toBe(23);
});

it('learns a revision without believing itself renewed', () => {
  const held = lease();
  held.adopt(20);
  expect(held.revision).toBe(20);
  nowMs = stepDownMs;
  expect(held.isHeld()).toBe(false);
});
