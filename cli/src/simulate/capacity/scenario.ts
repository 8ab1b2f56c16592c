import { isRefusal, Refusal } from '@drawdown/errors';
import { Fields } from '../entitlements/fields.js';
import { simulatePools } from './pools.js';
import { simulatePrice } from './purchases.js';
import { simulateQueue } from './queue.js';
import { simulateReservations } from './reservations.js';
import { simulateAffected, simulateUnits } from './workloads.js';

const OPERATIONS = {
  pool: simulatePools,
  units: simulateUnits,
  price: simulatePrice,
  queue: simulateQueue,
  affected: simulateAffected,
  reservations: simulateReservations,
} as const satisfies Readonly<Record<string, (fields: Fields) => unknown>>;

const simulate = (fields: Fields): unknown => {
  const mode = fields.optional('mode', name => fields.choice(name, ['corrected', 'reference'])) ?? 'corrected';
  const op = fields.choice('op', Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[]);
  if (mode === 'reference') throw new Refusal('MODE_UNSUPPORTED', 'there is one behaviour, the corrected one');
  return OPERATIONS[op](fields);
};

const parseJson = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new Refusal('VALIDATION', 'the line is not JSON', {}, [], { cause });
  }
};

/** What cannot be answered, in the place of the answer; a fault of ours too, so that the lines after it are still answered. */
const formatError = (error: unknown): unknown => {
  if (!isRefusal(error)) return { error: { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) } };
  const code = error.reason === 'MODE_UNSUPPORTED' ? error.reason : 'INVALID_SCENARIO';
  return { error: { code, message: error.message } };
};

/**
 * Answers a line that holds a what-if scenario about pools; pure, and the same bytes for the same scenario. One that cannot be read is answered
 * as `{"error": {"code": "INVALID_SCENARIO", "message"}}`; what a single command is refused for is a code in its place.
 */
export const simulateCapacityLine = (line: string): string => {
  try {
    return JSON.stringify(simulate(new Fields(parseJson(line))));
  } catch (error) {
    return JSON.stringify(formatError(error));
  }
};
