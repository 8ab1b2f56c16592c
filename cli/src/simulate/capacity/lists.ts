import { Refusal } from '@drawdown/errors';
import type { Fields } from '../entitlements/fields.js';

/** The objects of a list; an absent list is empty (FORMAT §1). */
export const objectsOrNone = (fields: Fields, name: string): Fields[] => fields.optional(name, present => fields.objects(present)) ?? [];

/** The texts of a list; an absent list is empty. */
export const textsOrNone = (fields: Fields, name: string): readonly string[] => {
  const values = fields.optional(name, present => fields.list(present)) ?? [];
  if (values.every(value => typeof value === 'string')) return values;
  throw new Refusal('VALIDATION', `${fields.pathOf(name)} must be a list of texts`);
};
