import { setTimeout as sleep } from 'node:timers/promises';

/** Work that repeats: at once while it says there is more, otherwise after a pause or when it is rung for. */
export interface LoopOptions {
  /** Whether there is more to do at once. */
  readonly work: () => Promise<boolean>;
  readonly idleMs: number;
  /** A failure is told and the work is tried again after a growing pause. */
  readonly onFailure: (error: unknown) => void;
}

const FAILURE_PAUSE_MS_MIN = 250;
const FAILURE_PAUSE_MS_MAX = 30_000;

/** One repeating piece of work of a partition, until it is stopped. */
export class Loop {
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #wake: AbortController | undefined;
  #isRung = false;

  constructor(private readonly options: LoopOptions) {}

  start(): void {
    this.#running ??= this.#run();
  }

  /** Does not wait for the pause to end. */
  ring(): void {
    this.#isRung = true;
    this.#wake?.abort();
  }

  /** Waits for the piece of work in hand. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake?.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      let pauseMs = 0;
      this.#isRung = false;
      try {
        pauseMs = (await this.options.work()) ? 0 : this.options.idleMs;
        failures = 0;
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.options.onFailure(error);
        pauseMs = Math.min(FAILURE_PAUSE_MS_MAX, FAILURE_PAUSE_MS_MIN * 2 ** failures);
        failures += 1;
      }
      await this.#pause(pauseMs, failures > 0);
    }
  }

  /** A failure waits its time out, whoever rings: what rings may be what fails. */
  async #pause(ms: number, isPenance: boolean): Promise<void> {
    if (this.#stopping.signal.aborted || (this.#isRung && !isPenance)) return;
    this.#wake = new AbortController();
    const signal = isPenance ? this.#stopping.signal : AbortSignal.any([this.#wake.signal, this.#stopping.signal]);
    await sleep(ms, undefined, { signal }).catch(() => undefined);
    this.#wake = undefined;
  }
}
