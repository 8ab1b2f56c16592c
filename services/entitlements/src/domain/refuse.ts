import { Refusal, type ErrorMetadata } from '@drawdown/errors';

/**
 * A refusal of code `VALIDATION` (entitlements §14); `rule` is the stable reason within that code, `field` the field that is wrong, by the name
 * that the contract gives it in the thing itself.
 */
export const validation = (rule: string, message: string, metadata: ErrorMetadata = {}, field?: string): Refusal =>
  new Refusal('VALIDATION', message, { rule, ...metadata }, field === undefined ? [] : [{ field, description: message }]);
