import type { Erasure } from './erasure.js';
import type { HitsImage, SessionImage, SessionImages } from './session-images.js';

/** One partition's documents of closed sessions. Every write is safe to repeat and to break off. */
export interface SessionViewStore {
  /** Last message of the stream whose effect is in the documents; 0: none. */
  readonly watermark: number;
  /** Erasures that were stored before. */
  readonly erasures: readonly Erasure[];
  /** Stores each unless what is there is of a newer revision or message. */
  flush(images: SessionImages): Promise<void>;
  storeErasure(erasure: Erasure): Promise<void>;
  /** Everything of a property that began by then, in bounded portions. */
  sessionsStartedBy(namespace: string, propertyId: string, atMs: number): AsyncIterable<SessionImage>;
  hitsStartedBy(namespace: string, propertyId: string, atMs: number): AsyncIterable<HitsImage>;
  /**
   * @param sequence where reading goes on after a restart
   * @param applied up to here everything that is whole can be read; chunks that wait for their last message keep `sequence` behind it
   */
  writeWatermark(sequence: number, applied: number): Promise<void>;
}
