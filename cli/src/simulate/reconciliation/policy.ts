import { backoffBounds, backoffMs, type BackoffPolicy } from '@drawdown/reconciliation/domain';
import { scenarioInvalid, type Fields } from './fields.js';

/** A backoff policy; `maxBackoffMs` caps a work policy that has no cap of its own. */
export const readPolicy = (fields: Fields, maxBackoffMs?: number): BackoffPolicy => {
  const type = fields.choice('type', ['work', 'exponential', 'linear', 'fixed']);
  const policy = readParameters(fields, type, maxBackoffMs);
  fields.end();
  return policy;
};

const readParameters = (
  fields: Fields,
  type: 'work' | 'exponential' | 'linear' | 'fixed',
  maxBackoffMs: number | undefined,
): BackoffPolicy => {
  switch (type) {
    case 'work':
      return { type, maxBackoffMs: fields.optional('maxBackoffMs', name => fields.integer(name, 0)) ?? maxBackoffMs };
    case 'exponential': {
      const factor = fields.optional('factor', name => fields.positive(name));
      return { type, baseMs: fields.integer('baseMs', 0), maxMs: fields.integer('maxMs', 0), factor };
    }
    case 'linear':
      return { type, baseMs: fields.integer('baseMs', 0), maxMs: fields.integer('maxMs', 0) };
    case 'fixed':
      return { type, delayMs: fields.integer('delayMs', 0) };
  }
};

/** `op: backoff` (FORMAT §4). */
export const simulateBackoff = (fields: Fields): unknown => {
  const policy = readPolicy(fields.object('policy'));
  const attempts = fields.list('attempts').map((attempt, index) => readAttempt(attempt, `${fields.path}.attempts[${index}]`));
  fields.end();
  return { delays: attempts.map(n => ({ n, delayMs: backoffMs(policy, n), ...backoffBounds(policy, n) })) };
};

const readAttempt = (attempt: unknown, path: string): number => {
  if (typeof attempt === 'number' && Number.isSafeInteger(attempt) && attempt >= 1) return attempt;
  throw scenarioInvalid(path, 'must be a whole number, 1 or more');
};
