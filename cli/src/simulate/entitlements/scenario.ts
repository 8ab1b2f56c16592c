import { Refusal } from '@drawdown/errors';
import { orError } from './answer.js';
import { simulateExpiration, simulateRecurrence, simulateUsagePeriods } from './calendar.js';
import { Fields } from './fields.js';
import { simulateGrants, simulateOrder } from './grants.js';
import { simulateRun } from './run.js';
import { simulateStory } from './story.js';

const OPS = ['run', 'entitlement', 'recurrence', 'expiration', 'usagePeriods', 'grant', 'order'] as const;

const simulate = (fields: Fields): unknown => {
  const op = fields.choice('op', OPS);
  const mode = fields.optional('mode', name => fields.choice(name, ['corrected', 'reference'])) ?? 'corrected';
  if (mode === 'reference') throw new Refusal('MODE_UNSUPPORTED', 'there is one behaviour, the corrected one');
  switch (op) {
    case 'run':
      return simulateRun(fields);
    case 'entitlement':
      return simulateStory(fields);
    case 'recurrence':
      return simulateRecurrence(fields);
    case 'expiration':
      return simulateExpiration(fields);
    case 'usagePeriods':
      return simulateUsagePeriods(fields);
    case 'grant':
      return simulateGrants(fields);
    case 'order':
      return simulateOrder(fields);
  }
};

const parseJson = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new Refusal('VALIDATION', 'the line is not JSON', {}, [], { cause });
  }
};

/**
 * Answers a what-if scenario about entitlements; pure, and the same bytes for the same scenario. Whatever is wrong with it is answered as
 * `{"error": {"code", …}}`.
 */
export const simulateEntitlements = (scenario: unknown): unknown => orError(() => simulate(new Fields(scenario)));

/** A fault of ours in the place of an answer, so that the lines after it are still answered. */
const formatFault = (error: unknown): unknown => ({
  error: { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) },
});

/** The same for a line of JSON text. */
export const simulateEntitlementsLine = (line: string): string => {
  try {
    return JSON.stringify(orError(() => simulate(new Fields(parseJson(line)))));
  } catch (error) {
    return JSON.stringify(formatFault(error));
  }
};
