import {
  resourceDelete,
  outcomeOfResult,
  outcomeOfThrown,
  RetryAfterError,
  TerminalError,
  TIMED_OUT,
  type WorkOutcome,
} from '@drawdown/reconciliation/domain';
import type { Fields } from './fields.js';

const TYPES = ['success', 'error', 'timeout', 'delete', 'requeueAfter', 'retryAfter', 'terminal', 'stopped'] as const;

const outcomeOf = (fields: Fields, type: (typeof TYPES)[number]): WorkOutcome => {
  const message = fields.optional('error', name => fields.text(name)) ?? '';
  switch (type) {
    case 'success':
      return outcomeOfResult(undefined);
    case 'error':
      return outcomeOfThrown(new Error(message));
    case 'timeout':
      return TIMED_OUT;
    case 'delete':
      return outcomeOfThrown(resourceDelete(fields.has('error') ? new Error(message) : undefined));
    case 'requeueAfter': {
      const converged = fields.optional('converged', name => fields.flag(name)) ?? false;
      return outcomeOfResult({ requeueAfterMs: fields.integer('delayMs', 1), converged });
    }
    case 'retryAfter':
      return outcomeOfThrown(new RetryAfterError(fields.integer('delayMs', 0), message));
    case 'terminal':
      return outcomeOfThrown(new TerminalError(message));
    case 'stopped':
      return { type: 'stopped' };
  }
};

/** How the scripted work of a scenario ends, by way of what real work would return or throw. */
export const readOutcome = (fields: Fields): WorkOutcome => {
  const outcome = outcomeOf(fields, fields.choice('type', TYPES));
  fields.end();
  return outcome;
};
