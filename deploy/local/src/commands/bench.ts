import { join } from 'node:path';
import { startProcess } from '../process/own-process.js';
import type { Command } from './command.js';

/** Runs one benchmark, which gets the servers that it needs itself; the words go to it as they are. */
export const bench: Command = async (launch, words) => {
  const benchmark = startProcess(launch, {
    name: 'benchmark',
    file: process.execPath,
    arguments: [join(launch.workspace.root, 'bench/dist/src/main.js'), ...words],
    output: 'inherit',
  });
  const { exitCode } = await benchmark.exited;
  return exitCode ?? 1;
};
