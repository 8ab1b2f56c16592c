import type { FieldViolation } from '@drawdown/errors';
import { status, type ServiceError } from '@grpc/grpc-js';

/** What the server said about a call that did not succeed; `reason` is the stable code of entitlements §14, empty where it named none. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';

  constructor(
    /** Name of the gRPC code, such as `NOT_FOUND`. */
    readonly code: string,
    readonly reason: string,
    message: string,
    readonly metadata: Readonly<Record<string, string>>,
    readonly violations: readonly FieldViolation[],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error && 'metadata' in error;

/** Reads the rich status. The reader comes with the whole edge library, so it is loaded only once something has failed. */
export const fromServiceError = async (error: ServiceError): Promise<CallFailed> => {
  const { readErrorDetails } = await import('@drawdown/grpc');
  const { reason, metadata, violations } = readErrorDetails(error.metadata);
  return new CallFailed(status[error.code], reason, error.details, metadata, violations, { cause: error });
};
