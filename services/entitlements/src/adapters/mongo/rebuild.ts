import { PARTITIONS } from '@drawdown/eventlog';
import type { ReadModel, Watermark } from '@drawdown/projections';
import { setTimeout as pause } from 'node:timers/promises';

export interface RebuildProgress {
  readonly generation: string;
  readonly partitionsDone: number;
  readonly done: boolean;
}

const LOOK_EVERY_MS = 200;

/**
 * Has every owner fold its partitions into the next generation, and flips the pointer when all of them have come as far as the present one was
 * when it began. A rebuild that somebody else began is joined.
 */
export async function* rebuild(current: ReadModel): AsyncGenerator<RebuildProgress> {
  const target = await current.watermarks.readAll();
  const next = await current.nextGeneration();
  for (;;) {
    const reached = await next.watermarks.readAll();
    const partitionsDone = countReached(target, reached);
    const done = partitionsDone === PARTITIONS;
    if (done) await current.flipTo(next);
    yield { generation: next.generation, partitionsDone, done };
    if (done) return;
    await pause(LOOK_EVERY_MS);
  }
}

/** A partition without any message has a watermark too, once its owner has looked. */
const countReached = (target: ReadonlyMap<number, Watermark>, reached: ReadonlyMap<number, Watermark>): number =>
  Array.from({ length: PARTITIONS }, (_, partition) => partition).filter(partition => {
    const there = reached.get(partition);
    const wanted = Object.entries(target.get(partition)?.sequences ?? {});
    return there !== undefined && wanted.every(([stream, sequence]) => (there.sequences[stream] ?? 0) >= sequence);
  }).length;
