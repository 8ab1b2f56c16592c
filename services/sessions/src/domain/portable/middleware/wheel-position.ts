import { NEXT_BUCKET_KEY, parseDecimal } from '../../wheel/keys.js';
import type { Context } from '../context.js';
import { bytesOfText, textOfBytes } from '../text-bytes.js';

/** Next pointer and watermark of one wheel: read once, then kept here; every change is written before it counts. */
export class WheelPosition {
  private isLoaded = false;
  private next: number | null = null;
  private highestMs: number | null = null;

  /** The highest event time known, null before the first hit or ping. */
  async watermarkMs(context: Context): Promise<number | null> {
    if (!this.isLoaded) await this.load(context);
    return this.highestMs;
  }

  /** Never backwards (D5). */
  async advanceWatermark(context: Context, atMs: number): Promise<void> {
    if (!this.isLoaded) await this.load(context);
    if (this.highestMs !== null && atMs <= this.highestMs) return;
    await context.aux.watermark.write(atMs);
    this.highestMs = atMs;
  }

  /** The lowest bucket that was not processed yet, null while there is none. */
  async nextBucket(context: Context): Promise<number | null> {
    if (!this.isLoaded) await this.load(context);
    return this.next;
  }

  /** The same; begins at a bucket while there is none (D4). */
  async nextBucketFrom(context: Context, first: number): Promise<number> {
    const next = await this.nextBucket(context);
    if (next !== null) return next;
    await this.moveTo(context, first);
    return first;
  }

  async moveTo(context: Context, bucket: number): Promise<void> {
    await context.kv.set(NEXT_BUCKET_KEY, bytesOfText(String(bucket)));
    this.next = bucket;
  }

  private async load(context: Context): Promise<void> {
    const pointer = await context.kv.get(NEXT_BUCKET_KEY);
    this.next = pointer === null ? null : parseDecimal(textOfBytes(pointer));
    this.highestMs = await context.aux.watermark.read();
    this.isLoaded = true;
  }
}
