import { Refusal } from '@drawdown/errors';
import { identityStep, serversStep } from '../steps/ground.js';
import { provisionStep } from '../steps/provision.js';
import { servicesStep } from '../steps/services.js';
import { storyStep } from '../story/story.js';
import type { Stage, Step } from '../steps/step.js';
import type { Command } from './command.js';

/** What `npm start` does, in this order; each step finds what the ones before it left on the stage. */
const STEPS: readonly Step[] = [serversStep, provisionStep, identityStep, servicesStep, storyStep];

/**
 * Servers, services and whatever else is in `STEPS`; then stays until it is interrupted or something of it ends.
 * With `--once` it stops after the last step.
 */
export const start: Command = async (launch, words, interrupted) => {
  const once = words.includes('--once');
  const unknown = words.filter(word => word !== '--once');
  if (unknown.length > 0) throw new Refusal('UNKNOWN_OPTION', `npm start knows only --once, not ${unknown.join(' ')}`);

  const stage: Stage = { launch, variables: {}, failures: [], addresses: new Map() };
  for (const step of STEPS) {
    launch.requireOpen(step.title);
    const failure = await Promise.race([step.run(stage), ...stage.failures]);
    if (failure !== undefined) return reportFailure(launch.say, failure);
  }
  if (once) return 0;
  launch.say('Ready. Ctrl-C ends everything.');
  const failure = await Promise.race([interrupted, ...stage.failures]);
  return failure === undefined ? 0 : reportFailure(launch.say, failure);
};

const reportFailure = (say: (line: string) => void, failure: string): number => {
  say(failure);
  return 1;
};
