import { setTimeout as pause } from 'node:timers/promises';
import type { Hit } from '../../src/domain/index.js';
import { LIVE_LANE } from '../../src/domain/index.js';
import { liveBurst } from './trace.js';
import type { World } from './world.js';

const HITS_OF_A_BURST = 3;
const BETWEEN_HITS_MS = 250;

/** Visitors who are there now: a new one every quarter of a second, and for three of them. Pings close their sessions, not hits. */
export class LiveVisitors {
  readonly hits: Hit[] = [];
  #isOver = false;
  #telling: Promise<void> | undefined;

  constructor(private readonly world: World) {}

  begin(): void {
    this.#telling = this.#tell();
  }

  /** Resolves when the last of their hits is stored; none is made after that. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#telling;
  }

  async #tell(): Promise<void> {
    for (let number = 0; !this.#isOver; number += 1) {
      const hits = Array.from({ length: Math.min(HITS_OF_A_BURST, number + 1) }, (_unused, seen) =>
        liveBurst(number - seen, seen, Date.now()),
      ).flat();
      this.hits.push(...hits);
      await this.world.publish([{ lane: LIVE_LANE, hits }]);
      await pause(BETWEEN_HITS_MS);
    }
  }
}
