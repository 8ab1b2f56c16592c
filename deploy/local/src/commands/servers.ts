import { Refusal } from '@drawdown/errors';
import { SERVER_NAMES, obtainServers } from '../servers/all.js';
import type { ServerName } from '../servers/all.js';
import type { Command } from './command.js';

/** Gets the servers named, prints their variables for a shell, and stays: for work on a single test. */
export const servers: Command = async (launch, words, interrupted) => {
  const { variables, failed } = await obtainServers(launch, words.length === 0 ? SERVER_NAMES : words.map(toName));
  for (const [name, value] of Object.entries(variables)) launch.say(`export ${name}=${value}`);
  launch.say('Ready. Ctrl-C ends the servers.');
  const failure = await Promise.race([failed, interrupted]);
  if (failure === undefined) return 0;
  launch.say(failure);
  return 1;
};

const toName = (word: string): ServerName => {
  const name = SERVER_NAMES.find(known => known === word);
  if (name === undefined) throw new Refusal('UNKNOWN_SERVER', `${word} is none of ${SERVER_NAMES.join(', ')}`);
  return name;
};
