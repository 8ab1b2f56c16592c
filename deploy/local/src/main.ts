import { bench } from './commands/bench.js';
import type { Command } from './commands/command.js';
import { servers } from './commands/servers.js';
import { soak } from './commands/soak.js';
import { start } from './commands/start.js';
import { test } from './commands/test.js';
import { Launch } from './launch.js';
import { createRunFolder, workspaceAt } from './workspace.js';

const COMMANDS: Readonly<Record<string, Command>> = { start, test, soak, bench, servers };
const EXIT_USAGE = 2;
/** What a shell reports of a process ended by Ctrl-C. */
const EXIT_INTERRUPTED = 130;

/** Runs one command in the repository `root` and returns the exit code, when everything it started has ended. */
export const main = async (root: string, words: readonly string[]): Promise<number> => {
  const [name = '', ...rest] = words;
  const command = COMMANDS[name];
  if (command === undefined) {
    process.stderr.write(`usage: ${Object.keys(COMMANDS).join('|')} …\n`);
    return EXIT_USAGE;
  }
  const workspace = workspaceAt(root);
  const runFolder = await createRunFolder(workspace);
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const launch = new Launch({ workspace, runFolder, environment: process.env, say });
  const { interrupted, wasInterrupted } = listenForInterrupts();
  try {
    const work = command(launch, rest, interrupted);
    // Commands that stay look at `interrupted` themselves; the others are simply cut short.
    const cutShort = interrupted.then(() => launch.end()).then(() => EXIT_INTERRUPTED);
    const exitCode = await Promise.race([work, cutShort]);
    return exitCode;
  } catch (error) {
    if (wasInterrupted()) return EXIT_INTERRUPTED;
    say(error instanceof Error ? error.message : String(error));
    say(`Logs are in ${runFolder}`);
    return 1;
  } finally {
    await launch.end();
  }
};

/** The first Ctrl-C or SIGTERM ends in order; the second leaves at once, and what still runs is killed. */
const listenForInterrupts = () => {
  let count = 0;
  const interrupted = new Promise<void>(resolve => {
    const onSignal = (): void => {
      count += 1;
      if (count > 1) process.exit(EXIT_INTERRUPTED);
      process.stdout.write('\nEnding what was started …\n');
      resolve();
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal);
  });
  return { interrupted, wasInterrupted: () => count > 0 };
};
