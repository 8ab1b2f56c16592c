import type { PacingClock } from '../clock.js';
import type { Closer } from '../closers.js';
import type { Context } from '../context.js';
import { reasonOf } from '../errors.js';
import type { HandOver } from '../storage/aux-stores.js';
import type { WheelReport } from './report.js';

/** Tries before a proto-session is parked (D7). */
const HAND_OVER_ATTEMPTS_MAX = 10;
const RETRY_FIRST_MS = 1_000;
const RETRY_LONGEST_MS = 60_000;

/** Gives frozen proto-sessions to the Closer, each on its own: one that fails waits and holds nobody up (D7). */
export class HandOvers {
  constructor(
    private readonly closer: Closer,
    private readonly clock: PacingClock,
    private readonly report: WheelReport,
  ) {}

  /** Those whose time has come, in the order in which they froze. */
  async retryDue(context: Context): Promise<void> {
    for (const handOver of context.aux.handOvers.due(this.clock.nowMs())) await this.attempt(context, handOver);
  }

  async attempt({ aux }: Context, handOver: HandOver): Promise<void> {
    const failure = await this.failureOf(handOver);
    if (failure === null) return aux.handOvers.finish(handOver.id);
    const attempts = handOver.attempts + 1;
    if (attempts >= HAND_OVER_ATTEMPTS_MAX) {
      const last = { ...handOver, attempts };
      aux.handOvers.park(last);
      this.report.parked(last, failure);
      return;
    }
    const pauseMs = Math.min(RETRY_FIRST_MS * 2 ** handOver.attempts, RETRY_LONGEST_MS);
    const again = { ...handOver, attempts, notBeforeMs: this.clock.nowMs() + pauseMs };
    aux.handOvers.put(again);
    this.report.retrying(again, failure);
  }

  private async failureOf({ hits, unreadable, sessionKey, cause, bucket, isLate }: HandOver): Promise<string | null> {
    if (unreadable.length > 0) return `${unreadable.length} stored hits cannot be read`;
    try {
      await this.closer.close({ sessionKey, hits: hits.map(({ hit }) => hit), cause, bucket, isLate });
      return null;
    } catch (error) {
      return reasonOf(error);
    }
  }
}
