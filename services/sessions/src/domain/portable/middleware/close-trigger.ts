import type { Hit } from '../../hit/hit.js';
import { bucketNumber, checkedTickMs } from '../../wheel/bucket-number.js';
import type { PacingClock } from '../clock.js';
import type { Closer } from '../closers.js';
import { NOTHING_COLLECTED, type Collected, type Context } from '../context.js';
import { mergeHopsOf, type PassingHit } from '../filed-hit.js';
import type { HitOutcome, Middleware, Next } from '../middleware.js';
import type { SessionNotes } from '../storage/aux-stores.js';
import { after, type Eventually } from '../storage/eventually.js';
import type { CloseSettings } from './close-settings.js';
import { HandOvers } from './hand-overs.js';
import { SILENT_REPORT, type WheelReport } from './report.js';
import { Wheel } from './wheel.js';
import { WheelPosition } from './wheel-position.js';

export interface CloseTriggerParts {
  readonly settings: CloseSettings;
  readonly closer: Closer;
  readonly clock: PacingClock;
  readonly report?: WheelReport;
}

/**
 * Files each proto-session under the bucket in which it expires (sessions §7.2), and closes it when it reaches a hard cap (D11). Its
 * wheel closes the rest. Only one instance at a time may work on a store.
 */
export class CloseTrigger implements Middleware {
  private readonly wheel: Wheel;
  private readonly settings: CloseSettings;
  private readonly position = new WheelPosition();

  /** @throws Refusal `INVALID_SETTINGS` for a tick that D17 forbids. */
  constructor({ settings, closer, clock, report = SILENT_REPORT }: CloseTriggerParts) {
    this.settings = { ...settings, tickMs: checkedTickMs(settings.tickMs) };
    this.wheel = new Wheel(this.settings, this.position, new HandOvers(closer, clock, report), report);
  }

  handle(context: Context, passing: PassingHit, next: Next): Eventually<HitOutcome> {
    const { position } = this;
    const { receivedAtMs } = passing.hit;
    if (!position.isLoaded) return position.load(context).then(() => this.handle(context, passing, next));
    position.advanceWatermark(context, receivedAtMs);
    const pointer = position.nextBucket;
    if (pointer !== null) return this.file(context, passing, next, pointer);
    const first = bucketNumber(receivedAtMs, this.settings.tickMs);
    return after(position.moveTo(context, first), () => this.file(context, passing, next, first));
  }

  onCleanup({ expiries, aux }: Context, sessionKey: string): Eventually<void> {
    return after(expiries.delete(sessionKey), () => {
      aux.notes.drop(sessionKey);
    });
  }

  onCollect(): Collected {
    return NOTHING_COLLECTED;
  }

  async onPing(context: Context, atMs: number): Promise<void> {
    await this.position.load(context);
    this.position.advanceWatermark(context, atMs);
  }

  /**
   * Passes at most so many buckets that the watermark has left behind; answers how many. Takes its turn among tasks (D6).
   * @throws what a store throws; the pointer stays at the bucket that failed.
   */
  advance(context: Context, bucketsMax: number): Promise<number> {
    return context.inTurn(() => this.wheel.turn(context, bucketsMax));
  }

  /** Instead of catching up: files everything that is due under the current bucket (D3, E13). */
  skipCatchUp(context: Context): Promise<void> {
    return context.inTurn(() => this.wheel.skipCatchUp(context));
  }

  /** Null while there is none. */
  async nextBucket(context: Context): Promise<number | null> {
    await this.position.load(context);
    return this.position.nextBucket;
  }

  /** Milliseconds since 1970, null before the first hit or ping. */
  async watermarkMs(context: Context): Promise<number | null> {
    await this.position.load(context);
    return this.position.watermarkMs;
  }

  private file(context: Context, passing: PassingHit, next: Next, pointer: number): Eventually<HitOutcome> {
    const { hit, sessionKey } = passing;
    const { expiries } = context;
    const own = bucketNumber(hit.receivedAtMs + this.settings.timeoutMsOf(hit), this.settings.tickMs);
    return after(expiries.read(sessionKey), filed => {
      const expiry = Math.max(own, pointer, filed ?? pointer);
      const goOn = (): Eventually<HitOutcome> => this.store(context, passing, next, filed === null && own < pointer);
      return expiry === filed ? goOn() : after(expiries.write(sessionKey, expiry), goOn);
    });
  }

  private store(context: Context, passing: PassingHit, next: Next, isLate: boolean): Eventually<HitOutcome> {
    return after(next(passing), outcome => {
      const shown = isLate && outcome === 'stored' ? 'late' : outcome;
      if (!this.count(context, passing, isLate)) return shown;
      return this.wheel.closeAtCap(context, passing.sessionKey).then(() => shown);
    });
  }

  /** Notes a stored hit; true when it brought its proto-session to a cap. */
  private count({ aux }: Context, { hit, sessionKey }: PassingHit, isLate: boolean): boolean {
    const notes = withHit(aux.notes.of(sessionKey), hit, this.settings.sizeOf(hit), isLate);
    if (notes.awaited > 0 && mergeHopsOf(hit) > 0) notes.awaited -= 1;
    aux.notes.save(sessionKey, notes);
    // While a merge's hits are on their way, the session is not closed under them.
    return notes.awaited === 0 && this.reachesCap(notes, hit);
  }

  private reachesCap({ hits, firstMs, lastMs, bytes }: SessionNotes, hit: Hit): boolean {
    const caps = this.settings.hardCapsOf(hit);
    return hits >= caps.hits || lastMs - firstMs >= caps.ms || bytes >= caps.bytes;
  }
}

const withHit = (notes: SessionNotes | null, { receivedAtMs }: Hit, bytes: number, isLate: boolean): SessionNotes => {
  if (notes === null) return { firstMs: receivedAtMs, lastMs: receivedAtMs, hits: 1, bytes, isLate, awaited: 0 };
  notes.firstMs = Math.min(notes.firstMs, receivedAtMs);
  notes.lastMs = Math.max(notes.lastMs, receivedAtMs);
  notes.hits += 1;
  notes.bytes += bytes;
  return notes;
};
