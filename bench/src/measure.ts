/** What repeated runs of one thing took. */
export interface Timing {
  readonly medianMs: number;
  readonly bestMs: number;
  readonly runs: number;
}

const MEASURE_MS = 1_500;
const WARM_UP_MS = 500;
const RUNS_MIN = 5;

const runFor = (durationMs: number, runsMin: number, work: () => void): number[] => {
  const times: number[] = [];
  const until = performance.now() + durationMs;
  while (performance.now() < until || times.length < runsMin) {
    const start = performance.now();
    work();
    times.push(performance.now() - start);
  }
  return times;
};

/** Runs something until it is warm, then long enough for a steady median. */
export const measure = (work: () => void): Timing => {
  runFor(WARM_UP_MS, 1, work);
  const times = runFor(MEASURE_MS, RUNS_MIN, work).sort((left, right) => left - right);
  return { medianMs: times[times.length >>> 1] ?? Number.NaN, bestMs: times[0] ?? Number.NaN, runs: times.length };
};
