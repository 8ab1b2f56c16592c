import type { SessionStore, Wheel } from '../store/session-store.js';
import { encodeSegment } from './segment.js';

/** Raw bytes of one client from which they are compacted; equality compacts (sessions §12.7). */
export const COMPACT_FROM_BYTES = 65_536;
/** The same while the server's memory is short (sessions §12.6). */
export const COMPACT_EARLY_FROM_BYTES = 16_384;
/** Before compression; what comes out is smaller than the 512 KiB that a segment may have. */
const SEGMENT_RAW_BYTES_MAX = 512 * 1_024;
const CLIENTS_PER_TURN_MAX = 64;

export interface CompactorOptions {
  readonly state: number;
  readonly store: Pick<SessionStore, 'lanes' | 'compactable' | 'rawHits' | 'swapCompact'>;
  /** How much raw data of a client is let lie, as memory is now. */
  readonly rawBytesMin: () => number;
  /** One client, from reading its hits to the swap. */
  readonly onCompacted: (elapsedMs: number) => void;
}

/** Turns raw hits of open sessions into compressed segments, each in one atomic step (D16). Two at once are harmless. */
export class Compactor {
  constructor(private readonly options: CompactorOptions) {}

  /** Whether there may be more. */
  async turn(): Promise<boolean> {
    const { state, store, rawBytesMin } = this.options;
    let compacted = false;
    for (const lane of await store.lanes(state)) {
      const wheel = { state, lane };
      for (const clientKey of await store.compactable(wheel, rawBytesMin(), CLIENTS_PER_TURN_MAX)) {
        compacted = (await this.#client(wheel, clientKey)) || compacted;
      }
    }
    return compacted;
  }

  async #client(wheel: Wheel, clientKey: string): Promise<boolean> {
    const { store, onCompacted } = this.options;
    const startedMs = performance.now();
    const raw = await store.rawHits(wheel, clientKey);
    if (raw === null || raw.hits.length === 0) return false;
    const taken = firstBytes(raw.hits, SEGMENT_RAW_BYTES_MAX);
    const segment = await encodeSegment(taken.map(({ encoded }) => encoded));
    // A hit that was taken meanwhile stays raw; a session that closed meanwhile stays as it was frozen.
    const fields = taken.map(({ field }) => field);
    const isCompacted = await store.swapCompact(wheel, { clientKey, generation: raw.generation, fields, segment });
    if (isCompacted) onCompacted(performance.now() - startedMs);
    return isCompacted;
  }
}

const firstBytes = <T extends { readonly encoded: Uint8Array }>(hits: readonly T[], bytesMax: number): readonly T[] => {
  let bytes = 0;
  const end = hits.findIndex(({ encoded }, index) => (bytes += encoded.length) > bytesMax && index > 0);
  return end === -1 ? hits : hits.slice(0, end);
};
