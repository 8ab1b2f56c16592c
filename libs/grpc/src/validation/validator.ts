import { type FieldViolation, Refusal } from '@drawdown/errors';

import { compileValidation, type RequestClass } from './compile.js';

/** Throws Refusal `VALIDATION` with all violations of a message: fields by their path in the contract. */
export const requestValidator = (type: RequestClass): ((message: object) => void) => {
  const validate = compileValidation(type);
  return message => {
    const violations: FieldViolation[] = [];
    validate(message as Record<string, unknown>, '', violations);
    const [first] = violations;
    if (first === undefined) return;
    throw new Refusal('VALIDATION', `${first.field} ${first.description}`, { field: first.field }, violations);
  };
};
