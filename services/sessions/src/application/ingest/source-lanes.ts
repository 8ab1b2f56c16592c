import type { Delivery } from '@drawdown/partitions';
import { LIVE_LANE } from '../../domain/index.js';
import type { SourceMessage } from './source-message.js';

/** A completed import is remembered this long, by the server's clock: its last sessions are handed over by then. */
const REMEMBERED_MS = 3_600_000;

/** The imports that a source has hits of: their times say nothing about when their messages came, so a rebuild must know where they begin. */
export class SourceLanes {
  readonly #first = new Map<string, number>();
  readonly #completedAtMs = new Map<string, number>();

  restore(lanes: ReadonlyMap<string, number>): void {
    for (const [lane, sequence] of lanes) this.#first.set(lane, sequence);
  }

  /** First sequence of each import that may still have open sessions. */
  get open(): ReadonlyMap<string, number> {
    return new Map(this.#first);
  }

  see(batch: readonly Delivery<SourceMessage>[]): void {
    for (const { message, value } of batch) {
      if (value?.kind === 'hits' && value.lane !== LIVE_LANE && !this.#first.has(value.lane)) {
        this.#first.set(value.lane, message.sequence);
      }
      if (value?.kind === 'import_completed' && this.#first.has(value.lane)) this.#completedAtMs.set(value.lane, message.timeMs);
      this.#forget(message.timeMs);
    }
  }

  #forget(nowMs: number): void {
    for (const [lane, completedAtMs] of this.#completedAtMs) {
      if (nowMs - completedAtMs < REMEMBERED_MS) continue;
      this.#first.delete(lane);
      this.#completedAtMs.delete(lane);
    }
  }
}
