import { PARTITIONS } from '@drawdown/eventlog';
import type { ReadModel, Watermark } from '@drawdown/projections';
import { setTimeout as pause } from 'node:timers/promises';
import { WATERMARK } from './view-store.js';

export interface RebuildProgress {
  readonly generation: string;
  readonly partitionsDone: number;
  readonly done: boolean;
}

const LOOK_EVERY_MS = 200;
/** A replica that has not followed the pointer by then is stopping, or cannot reach the database. */
const FOLLOW_MS_MAX = 10_000;

/**
 * Has every owner fold its partitions into the next generation, and flips the pointer when each has come as far as the present one was at the
 * beginning. Who asks while a rebuild goes on joins it.
 */
export async function* rebuild(readModel: () => ReadModel): AsyncGenerator<RebuildProgress> {
  const current = await presentGeneration(readModel());
  const target = await current.watermarks.readAll();
  const next = await current.nextGeneration();
  for (;;) {
    const partitionsDone = countDone(target, await next.watermarks.readAll());
    const done = partitionsDone === PARTITIONS;
    if (done) await goOver(current, next, readModel);
    yield { generation: next.generation, partitionsDone, done };
    if (done) return;
    await pause(LOOK_EVERY_MS);
  }
}

/** This replica may not have noticed yet that an earlier rebuild has ended. */
const presentGeneration = async (model: ReadModel): Promise<ReadModel> => {
  const pointed = await model.pointed();
  return pointed === undefined || pointed.generation === model.generation ? model : model.inGeneration(pointed.generation);
};

/** Flips, and waits until this replica reads the new generation: who asked for it sees it. */
const goOver = async (current: ReadModel, next: ReadModel, readModel: () => ReadModel): Promise<void> => {
  await current.flipTo(next);
  for (let waitedMs = 0; readModel().generation === current.generation && waitedMs < FOLLOW_MS_MAX; waitedMs += LOOK_EVERY_MS) {
    await pause(LOOK_EVERY_MS);
  }
};

/** Every partition must have been looked at, also one without any message. */
const countDone = (target: ReadonlyMap<number, Watermark>, reached: ReadonlyMap<number, Watermark>): number => {
  let done = 0;
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const there = reached.get(partition)?.sequences[WATERMARK.applied];
    if (there !== undefined && there >= (target.get(partition)?.sequences[WATERMARK.applied] ?? 0)) done += 1;
  }
  return done;
};
