import { PARTITIONS } from '@drawdown/eventlog';
import type { Scope } from '../../domain/index.js';
import type { SessionStore } from '../store/session-store.js';

/** Proto-sessions that one call may begin to close (sessions §12.3). */
const CLOSES_PER_CALL_MAX = 200;

const SCOPES: readonly Scope[] = ['client', 'property'];
const ALL_SOURCES: readonly number[] = Array.from({ length: PARTITIONS }, (_unused, source) => source);

export interface TickerOptions {
  readonly state: number;
  readonly epoch: number;
  readonly store: Pick<SessionStore, 'lanes' | 'beginClose'>;
  readonly tickSeconds: number;
  /** Lateness of hits that the wheel waits for, in ticks (sessions §12.5). */
  readonly closeLagTicks: number;
  /** Whether hand-overs keep up; a wheel that runs ahead of them only fills memory (sessions §12.6). */
  readonly keepsUp: () => Promise<boolean>;
  /** One call of a wheel, with or without work. */
  readonly onCall: (elapsedMs: number) => void;
  readonly onBegun: (lane: string, closeIds: readonly string[]) => void;
}

/** Turns the wheels of one state partition: one for each lane and scope (sessions §12.3). Two at once are harmless. */
export class Ticker {
  #begun = 0;

  constructor(private readonly options: TickerOptions) {}

  /** Closes begun since it was made. */
  get begun(): number {
    return this.#begun;
  }

  /** One call per wheel; whether any of them has more to do at once. */
  async turn(): Promise<boolean> {
    if (!(await this.options.keepsUp())) return false;
    let progressed = false;
    for (const lane of await this.options.store.lanes(this.options.state)) {
      for (const scope of SCOPES) progressed = (await this.#tick(lane, scope)) || progressed;
    }
    return progressed;
  }

  async #tick(lane: string, scope: Scope): Promise<boolean> {
    const { state, epoch, store, tickSeconds, closeLagTicks, onCall, onBegun } = this.options;
    const sources = scope === 'client' ? [state] : ALL_SOURCES;
    const startedMs = performance.now();
    const reply = await store.beginClose({ state, lane, scope, sources, tickSeconds, closeLagTicks, epoch, limit: CLOSES_PER_CALL_MAX });
    onCall(performance.now() - startedMs);
    this.#begun += reply.closeIds.length;
    if (reply.closeIds.length > 0) onBegun(lane, reply.closeIds);
    return reply.progressed;
  }
}
