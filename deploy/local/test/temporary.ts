import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Launch } from '../src/launch.js';
import { workspaceAt } from '../src/workspace.js';

/** The repository: Jest runs there. */
export const repository = resolve('.');

/** A launch in a folder of its own, whose PATH has only what the test puts there, and what it said. */
export interface TemporaryLaunch {
  readonly launch: Launch;
  readonly said: string[];
  /** On the PATH. */
  readonly programs: string;
  /** Puts a shell script on the PATH. */
  fake(name: string, script: string): Promise<string>;
  remove(): Promise<void>;
}

export const temporaryLaunch = async (environment: Readonly<Record<string, string>> = {}): Promise<TemporaryLaunch> =>
  launchIn(await mkdtemp(join(tmpdir(), 'drawdown-launch-')), environment);

/** Another launch in the same folder. */
export const launchBeside = (other: TemporaryLaunch): Promise<TemporaryLaunch> => launchIn(other.launch.workspace.root, {});

const launchIn = async (root: string, environment: Readonly<Record<string, string>>): Promise<TemporaryLaunch> => {
  const programs = join(root, 'programs');
  const runFolder = join(root, '.drawdown', 'run');
  await mkdir(programs, { recursive: true });
  await mkdir(runFolder, { recursive: true });
  const said: string[] = [];
  const launch = new Launch({
    workspace: workspaceAt(root),
    runFolder,
    environment: { PATH: programs, ...environment },
    say: line => void said.push(line),
  });
  return {
    launch,
    said,
    programs,
    fake: (name, script) => writeProgram(join(programs, name), script),
    remove: async () => {
      await launch.end();
      await rm(root, { recursive: true, force: true });
    },
  };
};

/** The scripts name their tools by whole path, because the PATH of the launch has none. */
export const writeProgram = async (file: string, script: string): Promise<string> => {
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
};
