import type { Long } from 'mongodb';
import {
  DIMENSIONS,
  eachDimension,
  exact,
  NEVER_SECONDS,
  of,
  type Amounts,
  type Dimension,
  type Exact,
  type Horizon,
} from '../../domain/index.js';

/** A 64-bit integer in a document. Written as `bigint`, which alone becomes one; read as whatever the driver is set to. */
export type Int64 = bigint | number | Long;

/** Largest 64-bit integer: what stands for an instant that never comes, and for what is larger. */
export const INT64_MAX = NEVER_SECONDS;

/** A value that is not negative; one beyond 64 bits, such as all that was ever credited, is stored as the largest there is. */
export const toDbInt64 = (value: Exact): bigint => {
  const integer = BigInt(value);
  return integer > INT64_MAX ? INT64_MAX : integer;
};

export const fromDbInt64 = (stored: Int64): Exact => exact(BigInt(stored.toString()));

/** Never is the largest, so that it comes last in every order and lies beyond every bound. */
export const toDbHorizon = (horizon: Horizon): bigint => toDbInt64(horizon ?? INT64_MAX);

export const fromDbHorizon = (stored: Int64): Horizon => {
  const instant = fromDbInt64(stored);
  return instant === INT64_MAX ? undefined : instant;
};

export type AmountsDocument = Readonly<Record<Dimension, Int64>>;

/** Milliunit-seconds or milliunits, by the name of the dimension. */
export const toDbAmounts = (amounts: Amounts): AmountsDocument =>
  Object.fromEntries(DIMENSIONS.map(dimension => [dimension, toDbInt64(of(amounts, dimension))])) as Record<Dimension, Int64>;

export const fromDbAmounts = (stored: AmountsDocument): Amounts => eachDimension(dimension => fromDbInt64(stored[dimension]));
