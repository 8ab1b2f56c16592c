/** A source that says nothing live for so long is pinged, so that its sessions still close (sessions §12.5). */
const SILENT_MS = 1_000;

export interface PingerOptions {
  /** Publishes a ping in band; its stream sequence. */
  readonly publish: () => Promise<number>;
  /** Last sequence of the source that is applied. */
  readonly applied: () => number;
  /** Monotonic. */
  readonly nowMs: () => number;
}

/**
 * Watches one source for silence. What an import publishes does not count: it moves no live wheel. One ping is under way at a time, so that
 * a source that cannot be applied does not fill up with them.
 */
export class Pinger {
  #heardAtMs: number;
  #sent = 0;

  constructor(private readonly options: PingerOptions) {
    this.#heardAtMs = options.nowMs();
  }

  /** A live message was applied. */
  heard(): void {
    this.#heardAtMs = this.options.nowMs();
  }

  /** Pings when it is time to. */
  async look(): Promise<void> {
    const { nowMs, applied, publish } = this.options;
    if (nowMs() - this.#heardAtMs < SILENT_MS || applied() < this.#sent) return;
    this.#sent = await publish();
  }
}
