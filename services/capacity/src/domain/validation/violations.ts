import { Refusal, type FieldViolation } from '@drawdown/errors';

/** One rule of a field, by the name that the contract gives it: whether it is kept, and what it says. */
export type FieldRule = readonly [field: string, isKept: boolean, description: string];

/**
 * Refuses what breaks a rule, naming every field that does.
 * @throws Refusal `VALIDATION` with a violation for each broken rule, in the order given
 */
export const requireFields = (rules: readonly FieldRule[]): void => {
  const violations = rules.flatMap(([field, isKept, description]): FieldViolation[] => (isKept ? [] : [{ field, description }]));
  const [first] = violations;
  if (first !== undefined) throw new Refusal('VALIDATION', `${first.field} ${first.description}`, { field: first.field }, violations);
};

/** Numbers of parties and farms: whole, 1 or more, and exact in a double. */
export const isNumber = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;

/** Whether a text has at least one byte of UTF-8 and at most so many. */
export const hasBytes = (text: string, max: number): boolean => text !== '' && Buffer.byteLength(text, 'utf8') <= max;
