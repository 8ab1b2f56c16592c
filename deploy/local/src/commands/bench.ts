import { join } from 'node:path';
import { startProcess } from '../process/own-process.js';
import { obtainServers } from '../servers/all.js';
import type { Command } from './command.js';

/** Runs one benchmark on servers of its own; its words go to the benchmark as they are. */
export const bench: Command = async (launch, words) => {
  const { variables, failed } = await obtainServers(launch, ['nats', 'mongodb']);
  const benchmark = startProcess(launch, {
    name: 'benchmark',
    file: process.execPath,
    arguments: [join(launch.workspace.root, 'bench/dist/src/main.js'), ...words],
    environment: variables,
    output: 'inherit',
  });
  const outcome = await Promise.race([benchmark.exited, failed]);
  if (typeof outcome !== 'string') return outcome.exitCode ?? 1;
  launch.say(outcome);
  return 1;
};
