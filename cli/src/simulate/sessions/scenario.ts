import { Refusal, isRefusal } from '@drawdown/errors';
import { Fields } from '../entitlements/fields.js';
import { readSettings, type Settings } from './settings.js';
import { Simulation } from './simulation.js';
import { readStep, type Step } from './steps.js';

/** What is wrong with a line, as the format names it. */
const errorOf = ({ reason, message }: Refusal): unknown => {
  switch (reason) {
    case 'MODE_UNSUPPORTED':
      return { error: { code: reason, message } };
    case 'INVALID_SETTINGS':
      return { error: 'invalidSettings', message };
    default:
      return { error: 'invalidScenario', message };
  }
};

interface Scenario {
  readonly settings: Settings;
  readonly steps: readonly Step[];
}

const readScenario = (fields: Fields): Scenario => {
  const mode = fields.choice('mode', ['corrected', 'reference']);
  if (mode === 'reference') throw new Refusal('MODE_UNSUPPORTED', 'there is one behaviour, the corrected one');
  const steps = fields.objects('steps').map(readStep);
  const settings = readSettings(fields.object('settings'));
  fields.end();
  return { settings, steps };
};

const play = async ({ settings, steps }: Scenario): Promise<unknown> => {
  const simulation = new Simulation(settings);
  for (const [index, step] of steps.entries()) await simulation.play(step, index);
  return simulation.result();
};

const parseJson = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new Refusal('VALIDATION', 'the line is not JSON', {}, [], { cause });
  }
};

const answer = async (scenarioOf: () => unknown): Promise<unknown> => {
  try {
    return await play(readScenario(new Fields(scenarioOf())));
  } catch (error) {
    if (isRefusal(error)) return errorOf(error);
    throw error;
  }
};

/**
 * Answers a scenario of hits, pings and ticks (`FORMAT.md` of the session vectors): which sessions closed, what is open, what became of each
 * hit. Pure, in simulated time. Whatever is wrong with the scenario is answered as its `error`.
 */
export const simulateSessions = (scenario: unknown): Promise<unknown> => answer(() => scenario);

/** A fault of ours in the place of an answer, so that the lines after it are still answered. */
const formatFault = (error: unknown): unknown => ({
  error: { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) },
});

/** The same for a line of JSON text. */
export const simulateSessionsLine = async (line: string): Promise<string> => {
  try {
    return JSON.stringify(await answer(() => parseJson(line)));
  } catch (error) {
    return JSON.stringify(formatFault(error));
  }
};
