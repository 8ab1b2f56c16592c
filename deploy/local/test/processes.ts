import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

const WAIT_MS_MAX = 30_000;

/** Waits for a condition; fails when it does not come true in a time that no healthy machine needs. */
export const until = async (condition: () => Promise<boolean>): Promise<void> => {
  const giveUpAt = performance.now() + WAIT_MS_MAX;
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error(`not so within ${String(WAIT_MS_MAX)} ms`);
    await pause(20);
  }
};

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
}

const allProcesses = (): readonly ProcessRow[] =>
  execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .map(([pid, parent, state = '']) => ({ pid: Number(pid), parent: Number(parent), state }));

/** A process that has ended but was not collected by its parent is not alive. */
export const isAlive = (pid: number): boolean => allProcesses().some(row => row.pid === pid && !row.state.startsWith('Z'));

/** Everything that a process started, directly or not. */
export const descendantsOf = (pid: number): readonly number[] => {
  const rows = allProcesses();
  const found = [pid];
  for (const ancestor of found) found.push(...rows.filter(({ parent }) => parent === ancestor).map(row => row.pid));
  return found.slice(1);
};
