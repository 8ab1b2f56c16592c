import { readdir, readFile, readlink } from 'node:fs/promises';

/** A process whose CPU time is reported. */
export interface WatchedProcess {
  readonly name: string;
  /** Absent where it cannot be looked at: on another machine, in a container, or not on Linux. */
  readonly pid: number | undefined;
}

/** Seconds of CPU by the name of the process; absent where it cannot be looked at. */
export type CpuSeconds = ReadonlyMap<string, number | undefined>;

/** Linux counts in hundredths of a second towards programs, whatever the kernel does inside. */
const TICKS_PER_SECOND = 100;
const LISTENING = '0A';

/** All threads, in user and in kernel mode, since the process began. */
const cpuSecondsOf = async (pid: number): Promise<number | undefined> => {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  // The second field is the program's name in parentheses, which may hold anything; times are the 14th and 15th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
};

/** What every process has used up to now. */
export const readCpu = async (processes: readonly WatchedProcess[]): Promise<CpuSeconds> => {
  const read = async ({ name, pid }: WatchedProcess) => [name, pid === undefined ? undefined : await cpuSecondsOf(pid)] as const;
  return new Map(await Promise.all(processes.map(read)));
};

/** What was used between two readings. */
export const usedBetween = (before: CpuSeconds, after: CpuSeconds): CpuSeconds =>
  new Map(
    [...after].map(([name, end]) => {
      const start = before.get(name);
      return [name, start === undefined || end === undefined ? undefined : end - start];
    }),
  );

export const addCpu = (left: CpuSeconds, right: CpuSeconds): CpuSeconds =>
  new Map([...right].map(([name, seconds]) => [name, seconds === undefined ? undefined : (left.get(name) ?? 0) + seconds]));

const MICROSECONDS_PER_SECOND = 1e6;

/** Seconds of each process, and microseconds for each of the things that were done. */
export const describeCpu = (cpu: CpuSeconds, count: number, unit: string): string =>
  [...cpu]
    .map(([name, seconds]) =>
      seconds === undefined
        ? `${name} not visible from here`
        : `${name} ${seconds.toFixed(2)} s (${((seconds / count) * MICROSECONDS_PER_SECOND).toFixed(1)} µs/${unit})`,
    )
    .join(', ');

/** The process of this machine that listens on a TCP port; works for servers that somebody else started, too. */
export const processListeningOn = async (port: number): Promise<number | undefined> => {
  const sockets = await listeningSockets(port);
  if (sockets.size === 0) return undefined;
  for (const entry of await readdir('/proc').catch(() => [])) {
    if (/^\d+$/.test(entry) && (await holdsOneOf(entry, sockets))) return Number(entry);
  }
  return undefined;
};

const listeningSockets = async (port: number): Promise<ReadonlySet<string>> => {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const tables = await Promise.all(['tcp', 'tcp6'].map(table => readFile(`/proc/net/${table}`, 'utf8').catch(() => '')));
  const rows = tables.flatMap(table => table.split('\n')).map(row => row.trim().split(/\s+/));
  return new Set(
    rows.filter(([, local = '', , state]) => state === LISTENING && local.endsWith(suffix)).map(row => `socket:[${row[9] ?? ''}]`),
  );
};

const holdsOneOf = async (pid: string, sockets: ReadonlySet<string>): Promise<boolean> => {
  for (const descriptor of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
    const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
    if (sockets.has(target)) return true;
  }
  return false;
};
