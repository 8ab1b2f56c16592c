import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { NOTHING, type Amounts } from './units.js';

/** What a workload takes of its node. */
export interface Resources {
  readonly cores: number;
  readonly memoryGiB: number;
  readonly ssdGB: number;
  readonly publicAddresses: number;
}

/** One workload of the cluster. */
export interface Workload {
  /** The number in its name. */
  readonly id: number;
  /** Whose it is. */
  readonly tier: string;
  readonly resources: Resources;
  /** Milliunits, as the file has them; the service computes them from the resources (capacity §8). */
  readonly rates: Amounts;
  /** Seconds: since the start of the trace in the file, since the epoch once it is `shifted`. */
  readonly startedAt: number;
  readonly endedAt: number;
}

export interface Trace {
  /** In the order of the file. */
  readonly ran: readonly Workload[];
  /** Those that waited in vain and were taken back: they cost nothing. */
  readonly neverRan: number;
  /** The last second. */
  readonly end: number;
}

type Row = Readonly<Record<'workload' | 'tier' | 'cpuMilli' | 'memoryMiB' | 'cuMilli' | 'startedAt' | 'endedAt', string>>;

const MILLI = 1_000;
const MIB_PER_GIB = 1_024;

export const readTrace = async (file: string): Promise<Trace> => {
  const rows: Row[] = parse(await readFile(file), { columns: true });
  const ran = rows.filter(({ startedAt }) => startedAt !== '').map(fromRow);
  return { ran, neverRan: rows.length - ran.length, end: lastSecondOf(ran) };
};

const lastSecondOf = (workloads: readonly Workload[]): number => workloads.reduce((last, { endedAt }) => Math.max(last, endedAt), 0);

const fromRow = ({ workload, tier, cpuMilli, memoryMiB, cuMilli, startedAt, endedAt }: Row): Workload => ({
  id: Number(workload),
  tier,
  resources: { cores: Number(cpuMilli) / MILLI, memoryGiB: Number(memoryMiB) / MIB_PER_GIB, ssdGB: 0, publicAddresses: 0 },
  rates: { ...NOTHING, cu: BigInt(cuMilli) },
  startedAt: Number(startedAt),
  endedAt: Number(endedAt),
});

/** The same trace at another time: its last second is `end`, distances are kept. */
export const endingAt = (trace: Trace, end: number): Trace => {
  const shift = end - trace.end;
  const ran = trace.ran.map(one => ({ ...one, startedAt: one.startedAt + shift, endedAt: one.endedAt + shift }));
  return { ...trace, ran, end };
};
