import { Loop } from '../state/loop.js';
import type { Probe } from './probe.js';

/** How exact the time is at which a probe can be read. */
const LOOK_EVERY_MS = 250;

export interface ProbingOptions {
  readonly probe: Probe;
  readonly isHeld: () => boolean;
  readonly onTrouble: (error: unknown) => void;
}

/** Probes a partition for as long as it is held. */
export class Probing {
  readonly #loop: Loop;

  constructor({ probe, isHeld, onTrouble }: ProbingOptions) {
    this.#loop = new Loop({
      idleMs: LOOK_EVERY_MS,
      onFailure: onTrouble,
      work: async () => {
        if (isHeld()) await probe.turn();
        return false;
      },
    });
  }

  start(): Promise<void> {
    this.#loop.start();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }
}
