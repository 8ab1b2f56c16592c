import { Refusal } from '@drawdown/errors';
import { exact, type Exact, type Horizon } from '@drawdown/capacity/domain';
import type { Fields } from '../entitlements/fields.js';

const INTEGER = /^-?\d{1,40}$/;

/** Seconds as an integer or as decimal text of one (FORMAT §1). */
export const readExactSeconds = (fields: Fields, name: string): Exact => {
  const value = fields.take(name);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  if (typeof value === 'string' && INTEGER.test(value)) return exact(BigInt(value));
  throw new Refusal('VALIDATION', `${fields.pathOf(name)} must be a whole number, or one as text`);
};

export const formatHorizon = (instant: Horizon): string | null => (instant === undefined ? null : String(instant));
