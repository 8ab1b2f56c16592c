import { isRefusal, Refusal } from '@drawdown/errors';
import { simulateController } from './controller.js';
import { Fields, scenarioInvalid } from './fields.js';
import { simulateGoalState } from './goal-state.js';
import { simulateBackoff } from './policy.js';
import {
  simulateDeadlineQueue,
  simulateExpiryTtl,
  simulateHash,
  simulateSubscription,
  simulateTimeout,
  simulateValidate,
} from './small.js';

const OPERATIONS = {
  controller: simulateController,
  goalstate: simulateGoalState,
  deadlineQueue: simulateDeadlineQueue,
  backoff: simulateBackoff,
  hash: simulateHash,
  validate: simulateValidate,
  timeout: simulateTimeout,
  expiryTtl: simulateExpiryTtl,
  subscription: simulateSubscription,
} as const;

const OPS = Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[];

const simulate = (scenario: unknown): unknown => {
  const fields = new Fields(scenario);
  const op = fields.choice('op', OPS);
  const mode = fields.optional('mode', name => fields.choice(name, ['corrected', 'reference'])) ?? 'corrected';
  if (mode === 'reference') throw new Refusal('MODE_UNSUPPORTED', 'there is one behaviour, the corrected one');
  return OPERATIONS[op](fields);
};

const parseJson = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    throw scenarioInvalid('the line', 'is not JSON');
  }
};

const formatError = (error: unknown): unknown => {
  if (isRefusal(error)) return { error: { code: error.reason, message: error.message } };
  return { error: { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) } };
};

/**
 * Answers a what-if scenario about reconciliation, one line of JSON text; pure, and the same bytes for the same scenario. Whatever is wrong
 * with it is answered as `{"error": {"code", …}}`; a fault of ours too, so that the lines after it are still answered.
 */
export const simulateReconciliationLine = (line: string): string => {
  try {
    return JSON.stringify(simulate(parseJson(line)));
  } catch (error) {
    return JSON.stringify(formatError(error));
  }
};
