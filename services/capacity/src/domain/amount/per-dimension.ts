import { minus, plus, type Exact } from './exact.js';

/** What a pool holds and drains: compute, storage and public addresses. The order is that of every list per dimension (capacity §15.11). */
export const DIMENSIONS = ['cu', 'su', 'ipv4u'] as const;

export type Dimension = (typeof DIMENSIONS)[number];

/** One value for each of `DIMENSIONS`, in their order. This file alone knows how many there are. */
export type PerDimension<Value> = readonly [cu: Value, su: Value, ipv4u: Value];

/** Milliunit-seconds, or milliunits where they are rates (capacity §4). */
export type Amounts = PerDimension<Exact>;

export const NOTHING: Amounts = [0, 0, 0];

export const plusEach = (left: Amounts, right: Amounts): Amounts => [
  plus(left[0], right[0]),
  plus(left[1], right[1]),
  plus(left[2], right[2]),
];

export const minusEach = (left: Amounts, right: Amounts): Amounts => [
  minus(left[0], right[0]),
  minus(left[1], right[1]),
  minus(left[2], right[2]),
];

export const equalEach = (left: Amounts, right: Amounts): boolean => left[0] === right[0] && left[1] === right[1] && left[2] === right[2];

export const isAbove = (left: Amounts, limit: Exact): boolean => left[0] > limit || left[1] > limit || left[2] > limit;

/** The value of a dimension. */
export const of = <Value>(values: PerDimension<Value>, dimension: Dimension): Value => {
  switch (dimension) {
    case 'cu':
      return values[0];
    case 'su':
      return values[1];
    case 'ipv4u':
      return values[2];
  }
};

export const eachDimension = <Value>(value: (dimension: Dimension) => Value): PerDimension<Value> => [
  value('cu'),
  value('su'),
  value('ipv4u'),
];
