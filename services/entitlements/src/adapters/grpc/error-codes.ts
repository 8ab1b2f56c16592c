import { status } from '@grpc/grpc-js';
import type { ErrorCodes } from '@drawdown/grpc';

/** Reasons that only this service gives, beside the common table. */
export const OWN_CODES: ErrorCodes = {
  METER_ALREADY_EXISTS: status.ALREADY_EXISTS,
  FEATURE_ALREADY_EXISTS: status.ALREADY_EXISTS,
};
