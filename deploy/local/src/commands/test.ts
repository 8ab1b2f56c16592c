import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Launch } from '../launch.js';
import { startProcess } from '../process/own-process.js';
import { SERVER_NAMES, obtainServers } from '../servers/all.js';
import type { Command } from './command.js';
import { countResults } from './test-results.js';
import type { JestResults, TestCounts } from './test-results.js';

/**
 * Checks (types, lint, format, layers, protocol) and tests of every tier, on servers of their own. The last line is
 * `N passed, M failed`; a failed check counts as one failure. With arguments only Jest runs, with these arguments.
 */
export const test: Command = async (launch, words) => {
  const { variables, failed } = await obtainServers(launch, SERVER_NAMES);
  const work = async (): Promise<readonly TestCounts[]> =>
    words.length > 0
      ? [await runJest(launch, variables, 'asked', words)]
      : [
          await runChecks(launch),
          await runJest(launch, variables, 'files', FILES),
          await runJest(launch, variables, 'e2e', END_TO_END),
          await runJest(launch, variables, 'faults', FAULTS),
        ];
  const outcome = await Promise.race([work(), failed]);
  if (typeof outcome === 'string') {
    launch.say(outcome);
    launch.say('0 passed, 1 failed');
    return 1;
  }
  const passed = outcome.reduce((sum, counts) => sum + counts.passed, 0);
  const failures = outcome.reduce((sum, counts) => sum + counts.failed, 0);
  await launch.end();
  launch.say(`${String(passed)} passed, ${String(failures)} failed`);
  return failures === 0 ? 0 : 1;
};

const IGNORED = ['--testPathIgnorePatterns', '/node_modules/', '/dist/'];
const SERVICES_RUN = String.raw`\.e2e\.spec\.ts$`;
/** Those that kill again and again, or have much fall due at once: they need the machine for themselves. */
const WITH_FAULTS = String.raw`/(?:kill|replicas|redis|overdue|down)\.e2e\.spec\.ts$`;

/** Two files at a time, and then, one after the other, the hardest. */
const FILES = [...IGNORED, SERVICES_RUN];
const END_TO_END = ['--testPathPatterns', SERVICES_RUN, ...IGNORED, WITH_FAULTS];
const FAULTS = ['--testPathPatterns', WITH_FAULTS];

const runChecks = async (launch: Launch): Promise<TestCounts> => {
  const checks = startProcess(launch, {
    name: 'npm run check',
    file: 'npm',
    arguments: ['run', '--silent', 'check'],
    output: 'inherit',
  });
  const { exitCode } = await checks.exited;
  launch.requireOpen('counting');
  if (exitCode === 0) return { passed: 0, failed: 0 };
  launch.say('npm run check failed; it is counted as one failed test.');
  return { passed: 0, failed: 1 };
};

const runJest = async (
  launch: Launch,
  variables: Readonly<Record<string, string>>,
  title: 'asked' | 'files' | 'e2e' | 'faults',
  words: readonly string[],
): Promise<TestCounts> => {
  const resultsFile = join(launch.runFolder, `jest-${title}.json`);
  const jest = startProcess(launch, {
    name: 'jest',
    file: process.execPath,
    arguments: [
      ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
      join(launch.workspace.root, 'node_modules/jest/bin/jest.js'),
      ...['--maxWorkers', title === 'faults' ? '1' : '2', '--json', '--outputFile', resultsFile],
      ...words,
    ],
    environment: variables,
    output: 'inherit',
  });
  const { exitCode, description } = await jest.exited;
  launch.requireOpen('counting');
  const text = await readFile(resultsFile, 'utf8').catch(() => undefined);
  if (text === undefined) {
    launch.say(`${description} without results.`);
    return { passed: 0, failed: 1 };
  }
  return countResults(JSON.parse(text) as JestResults, { exitCode, mayLeaveOut: title === 'asked' });
};
