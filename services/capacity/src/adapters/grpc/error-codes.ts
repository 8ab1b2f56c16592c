import { status } from '@grpc/grpc-js';
import type { ErrorCodes } from '@drawdown/grpc';

const withCode = (code: status, ...reasons: readonly string[]): ErrorCodes => Object.fromEntries(reasons.map(reason => [reason, code]));

/** Reasons that only this service gives, by the status of capacity §6.1 that stands before them. */
export const OWN_CODES: ErrorCodes = {
  // 400
  ...withCode(
    status.INVALID_ARGUMENT,
    'REQUEST_UNREADABLE',
    'CUSTOMER_MISSING',
    'CUSTOMER_SIGNATURE_MISSING',
    'SPONSOR_SIGNATURE_MISSING',
    'NODES_MISSING',
    'JSON_INVALID',
    'JSON_MISMATCH',
    'NODES_SPAN_FARMS',
    'CUSTOMER_UNKNOWN',
    'CUSTOMER_SIGNATURE_INVALID',
    'SIGNATURE_EXPIRED',
    'SIGNATURE_NOT_AFTER_TOO_FAR',
    'SPONSOR_UNKNOWN',
    'SPONSOR_SIGNATURE_INVALID',
    'NO_EFFECT',
    'INVALID_AMOUNT',
    'INVALID_WORKLOAD',
    'INVALID_POLICY',
    'INVALID_PRIORITY',
    'INVALID_ADMISSION',
    'SIGNATURE_INVALID',
    'METADATA_TOO_LONG',
    'POOL_MISSING',
    'REFERENCE_NOT_EMPTY',
  ),
  // 401
  ...withCode(status.UNAUTHENTICATED, 'CALLER_UNAUTHENTICATED', 'CALLER_NOT_CUSTOMER'),
  // 403, and 401 of row 13
  ...withCode(status.PERMISSION_DENIED, 'SPONSOR_NOT_TRUSTED', 'WORKLOAD_FORBIDDEN'),
  // 404
  ...withCode(
    status.NOT_FOUND,
    'POOL_NOT_FOUND',
    'RESERVATION_NOT_FOUND',
    'WORKLOAD_NOT_FOUND',
    'PARTY_UNKNOWN',
    'NODE_NOT_FOUND',
    'FARM_UNKNOWN',
    'LOT_NOT_FOUND',
    'LOAN_UNKNOWN',
  ),
  ...withCode(status.ALREADY_EXISTS, 'POOL_EXISTS', 'RESERVATION_EXISTS', 'PARTY_EXISTS', 'NODE_EXISTS', 'FARM_EXISTS'),
  // 402, 409, 422
  ...withCode(
    status.FAILED_PRECONDITION,
    'DUPLICATE_NODE',
    'UNKNOWN_NODE',
    'SPONSOR_MISMATCH',
    'NODES_REMOVED',
    'PAYMENT_NOT_POSSIBLE',
    'NONCE_USED',
    'CAPACITY_INSUFFICIENT',
    'CAPACITY_OVERFLOW',
    'FUNDS_INSUFFICIENT',
    'BALANCE_OVERFLOW',
    'PAYMENT_EXPIRED',
    'TOO_MANY_PAYMENTS',
    'TOO_MANY_REFUNDS',
    'RESERVATION_NOT_PAYABLE',
    'RESERVATION_NOT_SETTLED',
    'AT_IN_FUTURE',
    'AT_TOO_OLD',
    'POOL_CLOSED',
  ),
};
