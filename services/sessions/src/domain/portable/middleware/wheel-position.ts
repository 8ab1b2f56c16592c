import { NEXT_BUCKET_KEY, parseDecimal } from '../../wheel/keys.js';
import type { Context } from '../context.js';
import { after, type Eventually } from '../storage/eventually.js';
import { bytesOfText, textOfBytes } from '../text-bytes.js';

/** Next pointer and watermark of one wheel: read once, then kept here; every change is written before it counts. */
export class WheelPosition {
  private next: number | null = null;
  private highestMs: number | null = null;
  private loaded = false;

  /** Whether the store was read: to be asked, and `load` be called, before anything else. */
  get isLoaded(): boolean {
    return this.loaded;
  }

  /** @throws Refusal `NUMBER_MALFORMED` for a pointer that is no number. */
  async load({ kv, aux }: Context): Promise<void> {
    if (this.loaded) return;
    const pointer = await kv.get(NEXT_BUCKET_KEY);
    this.next = pointer === null ? null : parseDecimal(textOfBytes(pointer));
    this.highestMs = aux.watermark.read();
    this.loaded = true;
  }

  /** The lowest bucket that was not processed yet, null while there is none. */
  get nextBucket(): number | null {
    return this.next;
  }

  /** The highest event time known, null before the first hit or ping. */
  get watermarkMs(): number | null {
    return this.highestMs;
  }

  /** Never backwards (D5). */
  advanceWatermark({ aux }: Context, atMs: number): void {
    if (this.highestMs !== null && atMs <= this.highestMs) return;
    aux.watermark.write(atMs);
    this.highestMs = atMs;
  }

  moveTo({ kv }: Context, bucket: number): Eventually<void> {
    return after(kv.set(NEXT_BUCKET_KEY, bytesOfText(String(bucket))), () => {
      this.next = bucket;
    });
  }
}
