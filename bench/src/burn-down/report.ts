import type { Timing } from '../measure.js';

/** One line of the report. */
export interface Row {
  readonly name: string;
  readonly timing: Timing;
  /** What the reference took; absent where it has no figure. */
  readonly referenceMs?: number | undefined;
  readonly segments?: number | undefined;
}

const duration = (ms: number): string => {
  if (ms >= 100) return `${ms.toFixed(0)} ms`;
  if (ms >= 0.1) return `${ms.toFixed(3)} ms`;
  return `${(ms * 1_000).toFixed(2)} µs`;
};

const line = (cells: readonly string[]): string => {
  const [name = '', ...rest] = cells;
  return name.padEnd(36) + rest.map(cell => cell.padStart(14)).join('');
};

export const HEADER = line(['workload', 'median', 'best', 'segments/s', 'reference', 'times faster']);

export const describeRow = ({ name, timing, referenceMs, segments }: Row): string =>
  line([
    name,
    duration(timing.medianMs),
    duration(timing.bestMs),
    segments === undefined ? '' : ((segments / timing.medianMs) * 1_000).toFixed(0),
    referenceMs === undefined ? '' : duration(referenceMs),
    referenceMs === undefined ? '' : (referenceMs / timing.medianMs).toFixed(1),
  ]);
