/**
 * Thrown by work to say that the object is gone: the record is deleted softly, without another attempt (reconciliation §10).
 * Its message is that of what it wraps.
 */
export class ResourceDeleteError extends Error {
  override readonly name: string = 'ResourceDeleteError';

  constructor(cause?: unknown) {
    super(`ResourceDeleteError: ${cause === undefined || cause === null ? '<nil>' : messageOf(cause)}`, { cause });
  }
}

/** Thrown by work that knows when to try again, as an answer 429 does. */
export class RetryAfterError extends Error {
  override readonly name: string = 'RetryAfterError';

  constructor(
    readonly retryAfterMs: number,
    message = 'try again later',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Thrown by work that no further attempt can help. */
export class TerminalError extends Error {
  override readonly name: string = 'TerminalError';
}

/** Builds what work throws when the object is gone. */
export const resourceDelete = (cause?: unknown): ResourceDeleteError => new ResourceDeleteError(cause);

/** How far causes are followed: a chain may be a circle. */
const CAUSES_MAX = 32;

/** Whether an error says, itself or in what caused it, that the object is gone. */
export const isResourceDelete = (error: unknown): boolean => deleteIn(error) !== undefined;

export const deleteIn = (error: unknown): ResourceDeleteError | undefined => {
  let each = error;
  for (let depth = 0; depth < CAUSES_MAX && each instanceof Error; depth += 1) {
    if (each instanceof ResourceDeleteError) return each;
    each = each.cause;
  }
  return undefined;
};

/** A text for anything that can be thrown; never throws itself. */
export const messageOf = (thrown: unknown): string => {
  if (thrown instanceof Error) return thrown.message;
  try {
    return String(thrown);
  } catch {
    return 'something was thrown that has no text';
  }
};

export const traceOf = (thrown: unknown): string => (thrown instanceof Error && typeof thrown.stack === 'string' ? thrown.stack : '');
