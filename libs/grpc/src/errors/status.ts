import { randomUUID } from 'node:crypto';

import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { Fault, type FieldViolation, Refusal } from '@drawdown/errors';
import { currentTraceId } from '@drawdown/telemetry';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { Any, BadRequest, ErrorInfo } from 'nice-grpc-error-details';

import { GRPC_LIMITS } from '../limits.js';
import type { ErrorCodes } from './error-codes.js';

/** `domain` of every `google.rpc.ErrorInfo` we send. */
export const ERROR_DOMAIN = 'drawdown';
/** Metadata key under which gRPC clients find the rich status. */
export const STATUS_DETAILS_KEY = 'grpc-status-details-bin';

/** Told about every error that is our own mistake, with the id that the client was given. */
export type ReportIncident = (error: unknown, incident: string) => void;

/** Field numbers of `google.rpc.Status`: 1 code, 2 message, 3 details. */
const encodeStatus = (code: status, message: string, details: readonly Any[]): Buffer => {
  const writer = new BinaryWriter().uint32(8).int32(code).uint32(18).string(message);
  for (const detail of details) writer.uint32(26).bytes(Any.encode(detail).finish());
  return Buffer.from(writer.finish());
};

const packed = (type: string, value: Uint8Array): Any =>
  Any.fromPartial({ typeUrl: `type.googleapis.com/google.rpc.${type}`, value: Buffer.from(value) });

const errorInfo = (reason: string, metadata: Readonly<Record<string, string>>): Any =>
  packed('ErrorInfo', ErrorInfo.encode(ErrorInfo.fromPartial({ reason, domain: ERROR_DOMAIN, metadata: { ...metadata } })).finish());

const badRequest = (violations: readonly FieldViolation[]): Any =>
  packed(
    'BadRequest',
    BadRequest.encode(BadRequest.fromPartial({ fieldViolations: violations.slice(0, GRPC_LIMITS.violationsMax) })).finish(),
  );

const serviceError = (code: status, message: string, details: readonly Any[]): ServiceError => {
  const metadata = new Metadata();
  metadata.set(STATUS_DETAILS_KEY, encodeStatus(code, message, details));
  return Object.assign(new Error(message), { code, details: message, metadata });
};

const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' && 'metadata' in error && error.metadata instanceof Metadata;

/** The code of an error's reason; a reason without one is FAILED_PRECONDITION for a refusal and UNAVAILABLE for a fault. */
const codeOf = (error: Refusal | Fault, codes: ErrorCodes): status =>
  codes[error.reason] ?? (error instanceof Refusal ? status.FAILED_PRECONDITION : status.UNAVAILABLE);

/**
 * Any error as the rich status a client gets: `ErrorInfo` with reason and metadata, `BadRequest` where fields are wrong. What is neither
 * refusal nor fault is our own mistake: the client learns an incident id and nothing else, the log learns the rest.
 */
export const toServiceError = (error: unknown, codes: ErrorCodes, report: ReportIncident): ServiceError => {
  if (isServiceError(error)) return error;
  if (error instanceof Refusal || error instanceof Fault) {
    const violations = error instanceof Refusal ? error.violations : [];
    const details = [errorInfo(error.reason, error.metadata), ...(violations.length === 0 ? [] : [badRequest(violations)])];
    return serviceError(codeOf(error, codes), error.message, details);
  }
  const incident = currentTraceId() ?? randomUUID();
  report(error, incident);
  return serviceError(status.INTERNAL, 'internal error', [errorInfo('INTERNAL', { incident })]);
};
