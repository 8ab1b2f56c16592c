import { bucketNumber } from '../../wheel/bucket-number.js';
import { bucketsKey } from '../../wheel/keys.js';
import type { Context } from '../context.js';
import { reasonOf } from '../errors.js';
import { isLater } from '../storage/eventually.js';
import { textOfBytes } from '../text-bytes.js';
import type { CloseSettings } from './close-settings.js';
import { freeze, type Closing } from './freezer.js';
import type { HandOvers } from './hand-overs.js';
import type { WheelReport } from './report.js';
import type { WheelPosition } from './wheel-position.js';

/** An open proto-session that expires in the bucket which lists it. */
interface Due {
  readonly sessionKey: string;
  readonly firstMs: number;
}

/** Buckets that the watermark has left behind: from `next` up to, and without, `current`. */
interface Behind {
  readonly next: number;
  readonly current: number;
}

/** Passes buckets in order and closes what expires in them (sessions §7.4, §7.5). */
export class Wheel {
  constructor(
    private readonly settings: CloseSettings,
    private readonly position: WheelPosition,
    private readonly handOvers: HandOvers,
    private readonly report: WheelReport,
  ) {}

  /**
   * Passes at most so many buckets, jumping over those without members; answers how many it passed. An error leaves the pointer at the
   * bucket that failed, with which the next turn begins.
   */
  async turn(context: Context, bucketsMax: number): Promise<number> {
    await this.handOvers.retryDue(context);
    const behind = await this.behind(context);
    if (behind === null) return 0;
    const end = Math.min(behind.current, behind.next + bucketsMax);
    let next = behind.next;
    while (next < end) {
      const bucket = await this.firstBucketFrom(context, next);
      if (bucket === null || bucket >= end) {
        await this.position.moveTo(context, end);
        break;
      }
      await this.closeBucket(context, bucket);
      next = bucket + 1;
      await this.position.moveTo(context, next);
      await this.drop(context, bucket);
    }
    return end - behind.next;
  }

  /**
   * Takes the pointer to the watermark's bucket at once. What the buckets in between list is filed there: it closes with that bucket,
   * later than it could have, but it is not forgotten (D3, E13).
   */
  async skipCatchUp(context: Context): Promise<void> {
    const behind = await this.behind(context);
    if (behind === null) return;
    for (;;) {
      const bucket = await this.firstBucketFrom(context, behind.next);
      if (bucket === null || bucket >= behind.current) break;
      for (const { sessionKey } of await this.dueIn(context, bucket)) await context.expiries.write(sessionKey, behind.current);
      await this.drop(context, bucket);
    }
    await this.position.moveTo(context, behind.current);
  }

  /** Closes one proto-session now, whatever its bucket. */
  async closeAtCap(context: Context, sessionKey: string): Promise<void> {
    await this.close(context, sessionKey, { cause: 'hard_cap', bucket: null });
  }

  /** Null when there is nothing to pass; the first turn after a ping alone only sets the pointer (D4). */
  private async behind(context: Context): Promise<Behind | null> {
    await this.position.load(context);
    const { watermarkMs, nextBucket } = this.position;
    if (watermarkMs === null) return null;
    context.aux.filter.expire(watermarkMs);
    const current = bucketNumber(watermarkMs, this.settings.tickMs);
    if (nextBucket === null) await this.position.moveTo(context, current);
    return nextBucket !== null && nextBucket < current ? { next: nextBucket, current } : null;
  }

  /** Buckets before the pointer were processed; a failure kept them from being dropped. */
  private async firstBucketFrom(context: Context, next: number): Promise<number | null> {
    for (;;) {
      const bucket = context.aux.buckets.first();
      if (bucket === null || bucket >= next) return bucket;
      await this.drop(context, bucket);
    }
  }

  /** One proto-session that cannot be closed now does not hold the others up: it is tried again with a later bucket (D7). */
  private async closeBucket(context: Context, bucket: number): Promise<void> {
    for (const { sessionKey } of await this.dueIn(context, bucket)) {
      try {
        await this.close(context, sessionKey, { cause: 'inactivity', bucket });
      } catch (error) {
        await context.expiries.write(sessionKey, bucket + 1);
        this.report.postponed(sessionKey, reasonOf(error));
      }
    }
  }

  /** In the order of closing: by first hit, then key (D14). A later or missing expiry says that the entry is stale. */
  private async dueIn(context: Context, bucket: number): Promise<readonly Due[]> {
    const due: Due[] = [];
    for (const member of await context.sets.all(bucketsKey(bucket))) {
      const sessionKey = textOfBytes(member);
      const answer = context.expiries.read(sessionKey);
      const expiry = isLater(answer) ? await answer : answer;
      if (expiry === null || expiry > bucket) continue;
      const notes = context.aux.notes.of(sessionKey);
      due.push({ sessionKey, firstMs: notes?.firstMs ?? Number.NEGATIVE_INFINITY });
    }
    return due.sort((left, right) => left.firstMs - right.firstMs || compareKeys(left.sessionKey, right.sessionKey));
  }

  private async close(context: Context, sessionKey: string, closing: Omit<Closing, 'rememberUntilMs'>): Promise<void> {
    const watermarkMs = this.position.watermarkMs ?? 0;
    const frozen = await freeze(context, sessionKey, { ...closing, rememberUntilMs: watermarkMs + this.settings.retentionMs });
    if (frozen !== null) await this.handOvers.attempt(context, frozen);
  }

  /** What is left of a bucket that was processed does no harm: its members' expiries say that they are stale. */
  private async drop({ aux, sets }: Context, bucket: number): Promise<void> {
    aux.buckets.remove(bucket);
    try {
      await sets.drop(bucketsKey(bucket));
    } catch (error) {
      this.report.notDropped(bucket, reasonOf(error));
    }
  }
}

const compareKeys = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
