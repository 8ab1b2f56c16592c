import { join } from 'node:path';
import { startProcess } from '../process/own-process.js';
import { obtainServers } from '../servers/all.js';
import type { ServerName } from '../servers/all.js';
import type { Command } from './command.js';

interface Soak {
  readonly servers: readonly ServerName[];
  /** The property tests, which are part of `npm test` with fewer runs. */
  readonly tests: string;
  readonly runs: number;
}

const SOAKS: Readonly<Record<string, Soak>> = {
  sessions: { servers: ['redis'], tests: 'services/sessions/test/redis/agreement', runs: 10_000 },
};

const EXIT_USAGE = 2;

/** Runs the random tests of one service as often as it takes to trust them. */
export const soak: Command = async (launch, [service = '', ...words]) => {
  const chosen = SOAKS[service];
  if (chosen === undefined) {
    launch.say(`usage: npm run soak -- ${Object.keys(SOAKS).join('|')}`);
    return EXIT_USAGE;
  }
  const { variables, failed } = await obtainServers(launch, chosen.servers);
  const jest = startProcess(launch, {
    name: 'jest',
    file: process.execPath,
    arguments: [
      ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
      join(launch.workspace.root, 'node_modules/jest/bin/jest.js'),
      ...[chosen.tests, ...words],
    ],
    environment: { ...variables, DRAWDOWN_SOAK_RUNS: String(chosen.runs) },
    output: 'inherit',
  });
  const outcome = await Promise.race([jest.exited, failed]);
  if (typeof outcome !== 'string') return outcome.exitCode ?? 1;
  launch.say(outcome);
  return 1;
};
