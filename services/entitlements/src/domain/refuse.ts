import { Refusal, type ErrorMetadata } from '@drawdown/errors';

/** A refusal of code `VALIDATION` (entitlements §14); `rule` is the stable reason within that code. */
export const validation = (rule: string, message: string, metadata: ErrorMetadata = {}): Refusal =>
  new Refusal('VALIDATION', message, { rule, ...metadata });
