import { loadavg } from 'node:os';
import { describeMachine } from '../bed/circumstances.js';
import { spreadOf } from '../pairs.js';
import { runWorkload, type Run } from './engine.js';
import { workloads, type Workload } from './workloads.js';

const RUNS = 5;
const BODY_BYTES = [0, 800] as const;
const MS_PER_SECOND = 1_000;

/** Hits per second of the reference in memory with JSON, its fastest codec, bodies empty; all of handling and closing. */
const REFERENCE_JSON: Readonly<Record<Workload['name'], number>> = { a: 73_600, b: 63_600, c1: 85_200, c2: 90_000 };
/** The same with the codec of its deployment, per size of body. */
const REFERENCE_GOB: Readonly<Record<(typeof BODY_BYTES)[number], Readonly<Record<Workload['name'], number>>>> = {
  0: { a: 25_800, b: 26_100, c1: 28_300, c2: 30_100 },
  800: { a: 24_400, b: 23_400, c1: 27_200, c2: 28_200 },
};

const COLUMNS = ['handling', 'final close', 'everything', 'per CPU-s', 'JSON there', 'gob there', 'moved hits'] as const;
const FIRST_WIDTH = 34;
const WIDTH = 18;

const line = (first: string, cells: readonly string[]): string =>
  first.padEnd(FIRST_WIDTH) + cells.map(cell => cell.padStart(WIDTH)).join('');

const perSecond = (count: number, ms: number): number => (count / ms) * MS_PER_SECOND;

const rate = (value: number, unit: string): string => `${Math.round(value).toLocaleString('en')} ${unit}`;

const median = (runs: readonly Run[], of: (run: Run) => number): number => spreadOf(runs.map(of)).median;

const describeRuns = (workload: Workload, bodyBytes: (typeof BODY_BYTES)[number], runs: readonly Run[]): string => {
  const { name, about, end } = workload;
  const totalMs = median(runs, ({ handlingMs, finalCloseMs }) => handlingMs + finalCloseMs);
  return line(`${name} ${about}, ${String(bodyBytes)} B`, [
    rate(
      perSecond(
        end.hits,
        median(runs, ({ handlingMs }) => handlingMs),
      ),
      'hits/s',
    ),
    workload.ticksBetween
      ? ''
      : rate(
          perSecond(
            end.sessions,
            median(runs, ({ finalCloseMs }) => finalCloseMs),
          ),
          'sessions/s',
        ),
    rate(perSecond(end.hits, totalMs), 'hits/s'),
    rate(
      perSecond(
        end.hits,
        median(runs, ({ cpuMs }) => cpuMs),
      ),
      'hits/s',
    ),
    bodyBytes === 0 ? rate(REFERENCE_JSON[name], 'hits/s') : '',
    rate(REFERENCE_GOB[bodyBytes][name], 'hits/s'),
    String(runs[0]?.movedHits ?? 0),
  ]);
};

/**
 * The baseline's workloads on the portable engine with stores in memory: checks that the same sessions come out, then prints our
 * medians beside the reference's figures, which are of another machine of this class. Ticks pass one bucket each, empty ones too.
 * "per CPU-s" counts the CPU time of the whole process instead of the time that passed: what a busy machine does not blur.
 */
export const runSessionsPortable = async (): Promise<void> => {
  const print = (text: string): void => {
    process.stdout.write(`${text}\n`);
  };
  print(
    `sessions-portable · ${describeMachine()} · load ${loadavg()[0]?.toFixed(1) ?? '?'} · median of ${String(RUNS)} runs after one to warm up`,
  );
  print(line('workload', COLUMNS));
  for (const bodyBytes of BODY_BYTES) {
    for (const workload of workloads(bodyBytes)) {
      const tasks = workload.makeTasks();
      await runWorkload(workload, tasks);
      const runs: Run[] = [];
      while (runs.length < RUNS) runs.push(await runWorkload(workload, tasks));
      print(describeRuns(workload, bodyBytes, runs));
    }
  }
};
