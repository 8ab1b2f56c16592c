import { setTimeout as pause } from 'node:timers/promises';
import type { ReadModel } from './read-model.js';
import type { Watermark } from './types.js';

export interface RebuildProgress {
  readonly generation: string;
  readonly partitionsDone: number;
  readonly done: boolean;
}

const LOOK_EVERY_MS = 200;
/** A replica that has not followed the pointer by then is stopping, or cannot reach the database. */
const FOLLOW_MS_MAX = 10_000;

/**
 * Has every owner fold its partitions into the next generation, and flips the pointer when all of them have come as far as the present one was
 * when it began. A rebuild that somebody else began is joined.
 * @param partitions how many partitions the documents are folded in
 */
export async function* rebuildReadModel(readModel: () => ReadModel, partitions: number): AsyncGenerator<RebuildProgress> {
  const current = await presentGeneration(readModel());
  const target = await current.watermarks.readAll();
  const next = await current.nextGeneration();
  for (;;) {
    const reached = await next.watermarks.readAll();
    const partitionsDone = countReached(target, reached, partitions);
    const done = partitionsDone === partitions;
    if (done) await goOver(current, next, readModel);
    yield { generation: next.generation, partitionsDone, done };
    if (done) return;
    await pause(LOOK_EVERY_MS);
  }
}

/** This replica may not have noticed yet that a rebuild before this one has ended. */
const presentGeneration = async (model: ReadModel): Promise<ReadModel> => {
  const pointed = await model.pointed();
  return pointed === undefined || pointed.generation === model.generation ? model : model.inGeneration(pointed.generation);
};

/** Flips the pointer, and waits until this replica follows it: who asked for the rebuild reads what it came to. */
const goOver = async (current: ReadModel, next: ReadModel, readModel: () => ReadModel): Promise<void> => {
  await current.flipTo(next);
  for (let waitedMs = 0; readModel().generation === current.generation && waitedMs < FOLLOW_MS_MAX; waitedMs += LOOK_EVERY_MS) {
    await pause(LOOK_EVERY_MS);
  }
};

/** A partition without any message has a watermark too, once its owner has looked. */
const countReached = (target: ReadonlyMap<number, Watermark>, reached: ReadonlyMap<number, Watermark>, partitions: number): number =>
  Array.from({ length: partitions }, (_, partition) => partition).filter(partition => {
    const there = reached.get(partition);
    const wanted = Object.entries(target.get(partition)?.sequences ?? {});
    return there !== undefined && wanted.every(([stream, sequence]) => (there.sequences[stream] ?? 0) >= sequence);
  }).length;
