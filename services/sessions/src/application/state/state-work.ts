import type { Closer } from '../hand-over/closer.js';
import type { Compactor } from '../compaction/compactor.js';
import type { Ticker } from '../wheel/ticker.js';
import type { Announcer } from './announcer.js';
import type { Reliever } from './pressure.js';
import { Loop } from './loop.js';

/** Work that nobody rings for is found this late at most. */
const LOOK_EVERY_MS = 1_000;
/** Of what only saves memory. */
const LOOK_SELDOM_MS = 2_000;

/** How long the pieces of this work take, for metrics (sessions §12.8). */
export interface WorkObserver {
  readonly onBeginClose: (elapsedMs: number) => void;
  readonly onCompacted: (elapsedMs: number) => void;
}

export interface StateWorkOptions {
  readonly tickSeconds: number;
  readonly ticker: Ticker;
  readonly closer: Closer;
  readonly announcer: Announcer;
  readonly compactor: Compactor;
  readonly reliever: Reliever;
  readonly isHeld: () => boolean;
  readonly onTrouble: (where: string, error: unknown) => void;
}

/** What the owner of a state partition does by itself: turns its wheels, hands over what closes, tells what happened. */
export class StateWork {
  readonly #ticking: Loop;
  readonly #closing: Loop;
  readonly #announcing: Loop;
  readonly #compacting: Loop;
  readonly #relieving: Loop;

  constructor(private readonly options: StateWorkOptions) {
    const loop = (where: string, idleMs: number, work: () => Promise<boolean>): Loop =>
      new Loop({
        idleMs,
        work: async () => options.isHeld() && (await work()),
        onFailure: error => options.onTrouble(where, error),
      });
    this.#ticking = loop('wheels', options.tickSeconds * 1_000, () => options.ticker.turn());
    this.#closing = loop('hand-over', LOOK_EVERY_MS, () => options.closer.turn());
    this.#announcing = loop('announcements', LOOK_EVERY_MS, () => options.announcer.turn());
    this.#compacting = loop('compaction', LOOK_SELDOM_MS, () => options.compactor.turn());
    this.#relieving = loop('relief', LOOK_EVERY_MS, () => options.reliever.turn());
  }

  start(): Promise<void> {
    for (const loop of this.#loops) loop.start();
    return Promise.resolve();
  }

  /** Makes happen what is due now (design §5); what its own loops do at the same time is counted where it is done. */
  async checkDue(): Promise<{ readonly begun: number; readonly handedOver: number }> {
    const { ticker, closer } = this.options;
    const before = { begun: ticker.begun, claimed: closer.claimed };
    while (await ticker.turn());
    while (await closer.turn());
    return { begun: ticker.begun - before.begun, handedOver: closer.claimed - before.claimed };
  }

  /** Closes were begun: hands them over at once. */
  ringCloser(): void {
    this.#closing.ring();
  }

  /** The store may have something to tell. */
  ringAnnouncer(): void {
    this.#announcing.ring();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#loops.map(loop => loop.stop()));
  }

  get #loops(): readonly Loop[] {
    return [this.#ticking, this.#closing, this.#announcing, this.#compacting, this.#relieving];
  }
}
