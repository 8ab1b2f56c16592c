import { Fault } from '@drawdown/errors';
import { COMPACT_EARLY_FROM_BYTES, COMPACT_FROM_BYTES } from '../compaction/compactor.js';
import type { IngestCall, IngestReply, SessionStore, Wheel } from '../store/session-store.js';

/** Shares of the server's memory at which something is done about it (sessions §12.6). */
const LEVELS = { compact: 0.7, close: 0.85, full: 0.95 } as const;
/** A state partition whose hand-overs are this far behind stops beginning closes. */
const QUEUE_MAX = 10_000;
const QUEUE_OVERDUE_MS_MAX = 60_000;
const SESSIONS_LOOKED_AT = 500;
const CLOSED_PER_TURN_MAX = 16;
/** Closes that are not handed over by then do not hold up others that would free memory. */
const RELIEF_MS_MAX = 5_000;

/** How full the store is, as it was last looked at; shared by all partitions of a replica. */
export class MemoryPressure {
  #share = 0;

  constructor(private readonly store: Pick<SessionStore, 'memoryUse'>) {}

  async look(): Promise<void> {
    const { usedBytes, maxBytes } = await this.store.memoryUse();
    this.#share = usedBytes / maxBytes;
  }

  /** 0 to 1. */
  get share(): number {
    return this.#share;
  }

  get isFull(): boolean {
    return this.#share >= LEVELS.full;
  }

  get mustClose(): boolean {
    return this.#share >= LEVELS.close;
  }

  /** Raw bytes of a client from which they are compacted. */
  get compactFromBytes(): number {
    return this.#share >= LEVELS.compact ? COMPACT_EARLY_FROM_BYTES : COMPACT_FROM_BYTES;
  }
}

/** Refuses hits while there is hardly any memory left: their partitions wait, nothing is dropped, and closing frees what it can. */
export class GuardedHits {
  constructor(
    private readonly store: Pick<SessionStore, 'ingest'>,
    private readonly pressure: MemoryPressure,
  ) {}

  ingest(call: IngestCall): Promise<IngestReply> {
    if (call.hits.length > 0 && this.pressure.isFull) {
      throw new Fault('STORE_OUT_OF_MEMORY', 'the store of open sessions is nearly full; hits wait until sessions have closed');
    }
    return this.store.ingest(call);
  }
}

/** Whether hand-overs of a state partition keep up with what closes. */
export const keepsUp = async (store: Pick<SessionStore, 'lanes' | 'queueStatus'>, state: number): Promise<boolean> => {
  for (const lane of await store.lanes(state)) {
    const { length, overdueMs } = await store.queueStatus({ state, lane });
    if (length > QUEUE_MAX || overdueMs > QUEUE_OVERDUE_MS_MAX) return false;
  }
  return true;
};

export interface RelieverOptions {
  readonly state: number;
  readonly epoch: number;
  readonly store: Pick<SessionStore, 'lanes' | 'openBytes' | 'openSessions' | 'closeNow' | 'queueStatus'>;
  readonly pressure: MemoryPressure;
  readonly onClosed: (wheel: Wheel, closeId: string) => void;
}

/** Closes the largest sessions of the properties that take more than their share, while memory is short. */
export class Reliever {
  #closedAtMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: RelieverOptions) {}

  /**
   * One step. What is closed takes its memory until it is handed over: until then, and until the server was asked again, nothing else has to go.
   * Never more at once.
   */
  async turn(): Promise<false> {
    const { state, store, pressure } = this.options;
    if (!pressure.mustClose) return false;
    const wheels = (await store.lanes(state)).map((lane): Wheel => ({ state, lane }));
    if (performance.now() - this.#closedAtMs < RELIEF_MS_MAX && (await this.#isHandingOver(wheels))) return false;
    await pressure.look();
    if (pressure.mustClose) for (const wheel of wheels) await this.#lane(wheel);
    return false;
  }

  async #isHandingOver(wheels: readonly Wheel[]): Promise<boolean> {
    for (const wheel of wheels) if ((await this.options.store.queueStatus(wheel)).length > 0) return true;
    return false;
  }

  async #lane(wheel: Wheel): Promise<void> {
    const { store, epoch, onClosed } = this.options;
    const held = await store.openBytes(wheel);
    const shareBytes = held.reduce((sum, { bytes }) => sum + bytes, 0) / Math.max(1, held.length);
    for (const { namespace, propertyId } of held.filter(({ bytes }) => bytes >= shareBytes && bytes > 0)) {
      const open = await store.openSessions(wheel, namespace, propertyId, SESSIONS_LOOKED_AT);
      const largest = [...open].sort((a, b) => b.bytes - a.bytes).slice(0, CLOSED_PER_TURN_MAX);
      for (const { sessionKey } of largest) {
        const closeId = await store.closeNow(wheel, sessionKey, 'memory', epoch);
        if (closeId === null) continue;
        this.#closedAtMs = performance.now();
        onClosed(wheel, closeId);
      }
    }
  }
}
