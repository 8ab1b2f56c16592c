/** Values a caller may want to compare; strings, because they travel in `google.rpc.ErrorInfo.metadata`. */
export type ErrorMetadata = Readonly<Record<string, string>>;

/** One wrong field of a request: where it is (`grant.amount`) and what is wrong with it. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

/**
 * What was asked cannot be done, and asking again will not help.
 * `reason` is stable and is the specification's code (entitlements section 14).
 */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';

  constructor(
    readonly reason: string,
    message: string,
    readonly metadata: ErrorMetadata = {},
    readonly violations: readonly FieldViolation[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Something on our side failed or was too slow; the same call may succeed later. */
export class Fault extends Error {
  override readonly name: string = 'Fault';

  constructor(
    readonly reason: string,
    message: string,
    readonly metadata: ErrorMetadata = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export const isRefusal = (error: unknown): error is Refusal => error instanceof Refusal;

export const isFault = (error: unknown): error is Fault => error instanceof Fault;
