import type { Seconds } from '../../amount/instant.js';
import type { Draft } from '../draft.js';
import { foresee, settleTo } from '../settle.js';

/** Settles with the drain that was, and turns it off or on. */
export const pausedOrResumed = (next: Draft, at: Seconds, isPaused: boolean): void => {
  settleTo(next, at);
  next.isPaused = isPaused;
  foresee(next);
};
