import { deliveryInfoOf } from './delivery-info.js';

it('reads the reply of servers old and new', () => {
  const expected = { streamSequence: 1234, consumerSequence: 7, timeMs: 1_791_000_000_123, pending: 42 };
  expect(deliveryInfoOf('$JS.ACK.USAGE.consumer.1.1234.7.1791000000123999999.42')).toEqual(expected);
  expect(deliveryInfoOf('$JS.ACK._.HASH.USAGE.consumer.1.1234.7.1791000000123999999.42.random')).toEqual(expected);
});

it('cuts the time and never rounds it into the next millisecond', () => {
  // As a double this many nanoseconds is …124000000.
  expect(deliveryInfoOf('$JS.ACK.USAGE.consumer.1.1.1.1791000000123999999.0')?.timeMs).toBe(1_791_000_000_123);
});

it('takes nothing else for a delivery', () => {
  expect(deliveryInfoOf(undefined)).toBeUndefined();
  expect(deliveryInfoOf('')).toBeUndefined();
  expect(deliveryInfoOf('$JS.ACK.too.short')).toBeUndefined();
});
