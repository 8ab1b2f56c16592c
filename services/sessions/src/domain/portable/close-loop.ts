import type { PacingClock } from './clock.js';
import type { Context } from './context.js';
import { Droppable } from './errors.js';
import type { Middleware } from './middleware.js';
import { CloseTrigger } from './middleware/close-trigger.js';

const BUCKETS_PER_TURN = 1;

export interface CloseLoopParts {
  readonly trigger: CloseTrigger;
  readonly context: Context;
  readonly clock: PacingClock;
  /** Pause after a turn that passed no bucket, milliseconds. */
  readonly pauseMs: number;
  readonly onError: (error: unknown) => void;
}

/** Turns a wheel until it is stopped (sessions §7.4): at full speed while it is behind, else once per pause. */
export class CloseLoop {
  private readonly stopping = new AbortController();
  private readonly ended: Promise<void>;

  /** Begins at once. */
  constructor(parts: CloseLoopParts) {
    this.ended = this.run(parts);
  }

  /** Returns when the turn that is under way has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.ended;
  }

  private async run({ trigger, context, clock, pauseMs, onError }: CloseLoopParts): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const passed = await this.turn(trigger, context, onError);
      // Not at all while it is behind, but others of this process have their turn.
      await clock.sleep(passed === 0 ? pauseMs : 0, signal);
    }
  }

  /** A failed turn passed nothing; the next one begins with the same bucket. */
  private async turn(trigger: CloseTrigger, context: Context, onError: (error: unknown) => void): Promise<number> {
    try {
      return await trigger.advance(context, BUCKETS_PER_TURN);
    } catch (error) {
      onError(error);
      return 0;
    }
  }
}

/**
 * One turn of the wheel of a close trigger, for tests: at most one bucket; answers whether it passed one.
 * @throws Droppable for a middleware that is no close trigger, and what the turn throws.
 */
export const doTick = async (middleware: Middleware, context: Context): Promise<boolean> => {
  if (middleware instanceof CloseTrigger) return (await middleware.advance(context, BUCKETS_PER_TURN)) > 0;
  throw new Droppable('NOT_A_CLOSE_TRIGGER', 'only a close trigger has a wheel to turn');
};
