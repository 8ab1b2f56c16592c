import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '@drawdown/errors';
import type { Launch } from '../launch.js';
import { LIMITS } from '../limits.js';

export interface ProcessOptions {
  readonly name: string;
  readonly file: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Both outputs go there, or are shared with the launcher. */
  readonly output: { readonly log: string } | 'inherit';
  /** From SIGTERM to SIGKILL. @default LIMITS.serverStopMsMax */
  readonly stopMsMax?: number;
}

/** A process that this launch started, with everything it started in turn. */
export interface OwnProcess {
  readonly name: string;
  readonly pid: number;
  /** Settles when the process is gone, for whatever reason; never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** Asks it to end, insists after `stopMsMax`, and returns when it is gone. May be called again. */
  stop(): Promise<void>;
}

interface ProcessExit {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  /** False when `stop` was called first. */
  readonly unexpected: boolean;
  /** One sentence, with the end of the log when there is one. */
  readonly description: string;
}

/**
 * Outlives the launcher by a moment: when the launcher is gone, however it went, the pipe to the keeper closes and the
 * keeper kills the group. It stands in a group of its own, where nothing that is sent to the launcher's reaches it.
 */
const startKeeper = (pid: number): ChildProcess => {
  const script = 'cat; kill -s KILL -- "-$0"';
  const keeper = spawn('/bin/sh', ['-c', script, String(pid)], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  // The keeper must not be what keeps a launcher alive that has nothing else to do.
  keeper.unref();
  return keeper;
};

const livingGroups = new Set<number>();

/** The last resort, when the launcher itself dies of a bug: nothing may outlive it. Handlers of `exit` cannot wait. */
const killAllAtExit = (): void => {
  for (const pid of livingGroups) signalGroup(pid, 'SIGKILL');
};

const signalGroup = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

/**
 * Starts a process as the leader of a group of its own: a Ctrl-C in the terminal reaches only the launcher, which
 * then ends things in order, and children of the process are ended with it.
 */
export const startProcess = (launch: Launch, options: ProcessOptions): OwnProcess => {
  launch.requireOpen(options.name);
  const log = options.output === 'inherit' ? undefined : openSync(options.output.log, 'a', 0o600);
  const subprocess = spawn(options.file, options.arguments, {
    detached: true,
    stdio: ['ignore', log ?? 'inherit', log ?? 'inherit'],
    cwd: launch.workspace.root,
    env: { ...launch.environment, ...options.environment },
  });
  if (log !== undefined) closeSync(log);
  const pid = subprocess.pid;
  // Where there is no process id, the reason comes as an event; nobody waits for it, and unheard it would be thrown.
  subprocess.on('error', () => undefined);
  if (pid === undefined) throw new Fault('PROGRAM_NOT_STARTED', `${options.name}: ${options.file} could not be started`);

  if (!process.listeners('exit').includes(killAllAtExit)) process.on('exit', killAllAtExit);
  livingGroups.add(pid);
  const keeper = startKeeper(pid);
  let stopping = false;
  const watch = async (): Promise<ProcessExit> => {
    const [exitCode, signal] = (await once(subprocess, 'exit')) as [number | null, NodeJS.Signals | null];
    // Children that outlived their leader.
    signalGroup(pid, 'SIGKILL');
    livingGroups.delete(pid);
    keeper.kill('SIGKILL');
    const how = signal === null ? `exit code ${String(exitCode)}` : `signal ${signal}`;
    const tail = options.output === 'inherit' ? '' : await logTail(options.output.log);
    return { exitCode, unexpected: !stopping, description: `${options.name} ended (${how})${tail}` };
  };
  const exited = watch();
  const stop = async (): Promise<void> => {
    stopping = true;
    if (livingGroups.has(pid)) signalGroup(pid, 'SIGTERM');
    if (await settlesWithin(exited, options.stopMsMax ?? LIMITS.serverStopMsMax)) return;
    signalGroup(pid, 'SIGKILL');
    await exited;
  };
  launch.atEnd(options.name, stop);
  return { name: options.name, pid, exited, stop };
};

/** Settles with the description of an end that nobody asked for, and never otherwise. */
export const unexpectedEnd = (process: OwnProcess): Promise<string> =>
  new Promise(resolve => {
    void process.exited.then(({ unexpected, description }) => {
      if (unexpected) resolve(description);
    });
  });

const settlesWithin = async (promise: Promise<unknown>, msMax: number): Promise<boolean> => {
  const timer = new AbortController();
  const settled = promise.then(() => true);
  const late = pause(msMax, false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([settled, late]);
  } finally {
    timer.abort();
  }
};

const logTail = async (log: string): Promise<string> => {
  const text = (await readFile(log, 'utf8')).trimEnd();
  if (text === '') return `, its log ${log} is empty`;
  const lines = text.split('\n').slice(-LIMITS.logTailLinesMax);
  return `\n  the end of ${log}:\n    ${lines.join('\n    ')}`;
};
