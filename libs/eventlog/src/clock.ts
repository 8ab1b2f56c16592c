import { Fault } from '@drawdown/errors';
import { LIMITS } from './limits.js';

/** One look at the server's clock; both local instants are of the monotonic clock that the `ServerClock` was made with. */
export interface ClockSample {
  readonly serverTimeMs: number;
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
}

interface GoodSample {
  readonly offsetMs: number;
  readonly uncertaintyMs: number;
  readonly receivedAtMs: number;
}

/**
 * The stream's time (design §3.16): an offset from the local monotonic clock to the server's, taken from the sample with the shortest
 * round trip among those of the last 30 s. The machine's own wall clock is never asked.
 */
export class ServerClock {
  readonly #monotonicMs: () => number;
  #samples: GoodSample[] = [];
  #lastAnswerMs = Number.NEGATIVE_INFINITY;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** Takes note of a sample; one whose round trip says too little (above 2 s, or negative) is passed over. */
  observe(sample: ClockSample): void {
    const roundTripMs = sample.receivedAtMs - sample.sentAtMs;
    if (!Number.isFinite(sample.serverTimeMs) || !(roundTripMs >= 0) || roundTripMs > LIMITS.clockRoundTripMsMax) return;
    const uncertaintyMs = roundTripMs / 2;
    this.#dropOld();
    this.#samples.push({
      offsetMs: sample.serverTimeMs - sample.sentAtMs - uncertaintyMs,
      uncertaintyMs,
      receivedAtMs: sample.receivedAtMs,
    });
  }

  /**
   * The stream's time now, in whole milliseconds since 1970; never less than an earlier answer.
   * @throws Fault `CLOCK_UNCERTAIN` without a good sample in the last 30 s.
   */
  nowMs(): number {
    this.#dropOld();
    const [first, ...rest] = this.#samples;
    if (first === undefined) {
      throw new Fault('CLOCK_UNCERTAIN', "no good sample of the server's clock in the last 30 s", {
        sampleAgeMsMax: String(LIMITS.clockSampleAgeMsMax),
      });
    }
    const best = rest.reduce((left, right) => (right.uncertaintyMs <= left.uncertaintyMs ? right : left), first);
    this.#lastAnswerMs = Math.max(this.#lastAnswerMs, Math.floor(this.#monotonicMs() + best.offsetMs));
    return this.#lastAnswerMs;
  }

  #dropOld(): void {
    const oldestMs = this.#monotonicMs() - LIMITS.clockSampleAgeMsMax;
    const [first] = this.#samples;
    if (first === undefined || first.receivedAtMs >= oldestMs) return;
    this.#samples = this.#samples.filter(sample => sample.receivedAtMs >= oldestMs);
  }
}
