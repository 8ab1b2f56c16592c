import type { SessionStore, Wheel } from '../store/session-store.js';
import type { HandOver } from './hand-over.js';
import type { Permits } from './permits.js';

/** How long a claimed close is nobody else's (sessions §12.3). */
const VISIBILITY_MS = 30_000;
const CLAIMS_PER_CALL_MAX = 64;

export interface CloserOptions {
  readonly state: number;
  readonly store: Pick<SessionStore, 'lanes' | 'claim'>;
  readonly handOver: HandOver;
  /** Shared by all partitions of a replica, so that what is in flight is bounded (sessions §12.3). */
  readonly permits: Permits;
}

/** Works the queue of begun closes of one state partition, all lanes. */
export class Closer {
  #claimed = 0;

  constructor(private readonly options: CloserOptions) {}

  /** Closes that were taken in hand since it was made. */
  get claimed(): number {
    return this.#claimed;
  }

  /** Claims what is due and hands it over; whether there may be more. */
  async turn(): Promise<boolean> {
    const { state, store } = this.options;
    let worked = false;
    for (const lane of await store.lanes(state)) worked = (await this.#lane({ state, lane })) || worked;
    return worked;
  }

  async #lane(wheel: Wheel): Promise<boolean> {
    const { store, handOver, permits } = this.options;
    const claimed = await store.claim(wheel, CLAIMS_PER_CALL_MAX, VISIBILITY_MS);
    this.#claimed += claimed.length;
    const done = claimed.map(close => permits.use(() => handOver.handOver(wheel, close)));
    for (const outcome of await Promise.allSettled(done)) if (outcome.status === 'rejected') throw outcome.reason;
    return claimed.length > 0;
  }
}
