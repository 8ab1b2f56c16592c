import { ProjectionMissing } from './faults.js';
import type { ReadModel } from './read-model.js';

export type ReadModelChange =
  /** Another generation is read from now on. */
  | { readonly kind: 'flipped'; readonly current: ReadModel }
  /** A rebuild began: every owner folds its partitions into `next` as well. */
  | { readonly kind: 'building'; readonly next: ReadModel }
  /** The pointer or a collection is gone: open the read model again, which begins an empty generation. */
  | { readonly kind: 'missing' };

export interface FollowOptions {
  readonly everyMs: number;
  readonly onChange: (change: ReadModelChange) => void;
  /** The database did not answer; following goes on. */
  readonly onFault: (error: unknown) => void;
}

/** Stops at once; a look that is under way reports nothing any more. */
export interface Following {
  stop(): void;
}

/** Looks at the pointer every `everyMs` and tells each change once, in order. Ends by itself after `missing`. */
export const followReadModel = (opened: ReadModel, options: FollowOptions): Following => {
  let current = opened;
  let told: string | undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const look = async (): Promise<ReadModelChange[]> => {
    const pointed = await current.pointed();
    if (pointed === undefined || pointed.incarnation !== current.incarnation) return [{ kind: 'missing' }];
    const changes: ReadModelChange[] = [];
    if (pointed.generation !== current.generation) {
      current = await current.inGeneration(pointed.generation);
      changes.push({ kind: 'flipped', current });
    } else {
      await current.assertPresent();
    }
    if (pointed.next !== undefined && pointed.next !== told) {
      changes.push({ kind: 'building', next: await current.inGeneration(pointed.next) });
      told = pointed.next;
    }
    return changes;
  };

  const tick = async (): Promise<void> => {
    const changes = await look().catch((error: unknown): ReadModelChange[] => {
      if (error instanceof ProjectionMissing) return [{ kind: 'missing' }];
      options.onFault(error);
      return [];
    });
    if (stopped) return;
    changes.forEach(options.onChange);
    if (!changes.some(change => change.kind === 'missing')) schedule();
  };

  const schedule = (): void => {
    timer = setTimeout(() => void tick(), options.everyMs);
    timer.unref();
  };

  schedule();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
};
