import { isFault, isRefusal } from '@drawdown/errors';
import { CallFailed } from '../client/call-failed.js';

/** What an error is for people and for programs. */
export interface Failure {
  readonly reason: string;
  readonly message: string;
  readonly code?: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly { readonly field: string; readonly description: string }[];
}

export const failureOf = (error: unknown): Failure => {
  if (error instanceof CallFailed) {
    const { code, reason, message, metadata, violations } = error;
    return { reason: reason === '' ? code : reason, code, message, metadata, violations };
  }
  if (isRefusal(error)) return { reason: error.reason, message: error.message, metadata: error.metadata, violations: error.violations };
  if (isFault(error)) return { reason: error.reason, message: error.message, metadata: error.metadata, violations: [] };
  const message = error instanceof Error ? error.message : String(error);
  return { reason: 'FAILED', message, metadata: {}, violations: [] };
};

/** A few lines without a stack trace: what happened, where, and the values that were compared. */
export const failureText = (failure: Failure): string =>
  [
    `${failure.reason}: ${failure.message}`,
    ...failure.violations.map(({ field, description }) => `  ${field}: ${description}`),
    ...Object.entries(failure.metadata).map(([name, value]) => `  ${name} = ${value}`),
  ].join('\n');

export const failureJson = (failure: Failure): string => JSON.stringify({ error: failure });
