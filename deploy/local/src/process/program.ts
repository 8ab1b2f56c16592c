import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { Fault } from '@drawdown/errors';
import type { Launch } from '../launch.js';
import { LIMITS } from '../limits.js';

/** Major, minor, patch. */
export type Version = readonly [number, number, number];

/** The first number with its parts, as in `nats-server: v2.15.2`, `Redis server v=7.0.15 sha=…`, `openjdk 21 2023-09-19`. */
export const parseVersion = (text: string): Version | undefined => {
  const match = /(\d+)(?:\.(\d+)(?:\.(\d+))?)?/.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)];
};

export const isAtLeast = (version: Version, minimum: Version): boolean => {
  for (const [index, part] of version.entries()) {
    const wanted = minimum[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
};

export const formatVersion = (version: Version): string => version.join('.');

/** The file that a shell would run, or undefined. */
export const findOnPath = async (name: string, path: string | undefined): Promise<string | undefined> => {
  for (const folder of (path ?? '').split(delimiter)) {
    const file = join(folder, name);
    if (folder !== '' && (await isExecutable(file))) return file;
  }
  return undefined;
};

export const isExecutable = async (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

/** A program that was found and is new enough. */
export interface Program {
  readonly file: string;
  readonly version: Version;
}

/** @throws Fault `PROGRAM_UNFIT` saying what the program answered instead. */
export const requireVersion = async (launch: Launch, file: string, minimum: Version): Promise<Program> => {
  const output = await runTool(launch, file, ['--version'], { msMax: LIMITS.versionMsMax });
  const version = parseVersion(output);
  if (version === undefined) throw new Fault('PROGRAM_UNFIT', `${file} --version names no version`);
  if (!isAtLeast(version, minimum)) {
    throw new Fault('PROGRAM_UNFIT', `${file} is ${formatVersion(version)}, older than ${formatVersion(minimum)}`);
  }
  return { file, version };
};

export interface ToolOptions {
  readonly msMax: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Runs also while the launch is ending, and is not ended with it: for what tears down. @default false */
  readonly tearsDown?: boolean;
}

/**
 * Runs a program to its end and returns its standard output. It is ended with the launch.
 * @throws Fault `TOOL_FAILED` with the last lines it wrote.
 */
export const runTool = async (launch: Launch, file: string, toolArguments: readonly string[], options: ToolOptions): Promise<string> => {
  if (options.tearsDown !== true) launch.requireOpen(file);
  const result = await execa(file, toolArguments, {
    reject: false,
    stdin: 'ignore',
    all: true,
    timeout: options.msMax,
    ...(options.tearsDown === true ? {} : { cancelSignal: launch.signal }),
    forceKillAfterDelay: LIMITS.serverStopMsMax,
    cwd: launch.workspace.root,
    env: { ...launch.environment, ...options.environment },
    extendEnv: false,
  });
  if (!result.failed) return result.stdout;
  const lines = result.all.trim().split('\n').slice(-LIMITS.logTailLinesMax);
  throw new Fault('TOOL_FAILED', [result.shortMessage, ...lines.filter(line => line !== '')].join('\n     '));
};
