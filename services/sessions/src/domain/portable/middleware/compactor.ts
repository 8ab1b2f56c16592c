import { compactedHitsKey, protoSessionHitsKey } from '../../wheel/keys.js';
import type { HitListCodec } from '../codec/codec.js';
import { readOrNull, type Collected, type Context } from '../context.js';
import type { FiledHit, PassingHit } from '../filed-hit.js';
import type { HitOutcome, Middleware, Next } from '../middleware.js';
import { after, type Eventually } from '../storage/eventually.js';
import { joinedSegments, segmentsOf } from './segments.js';

export interface CompactorParts {
  readonly codec: HitListCodec;
  /** Bytes of hits since the last compaction at which the raw ones are compacted; equality compacts. */
  readonly thresholdBytes: number;
  /** Size of a hit (sessions §2.2). */
  readonly sizeOf: (filed: FiledHit) => number;
  /** Told when enough was counted but nothing is stored, which no chain in the recommended order does. */
  readonly onNothingToCompact?: (sessionKey: string) => void;
}

/** Turns raw hits into segments of one value, which a codec makes small (sessions §8, D16). */
export class Compactor implements Middleware {
  /** Since the last compaction; lost with the process, which only delays the next one. */
  private readonly bytes = new Map<string, number>();

  constructor(private readonly parts: CompactorParts) {}

  handle(context: Context, hit: PassingHit, next: Next): Eventually<HitOutcome> {
    return after(next(hit), outcome => {
      const { sessionKey } = hit;
      const bytes = (this.bytes.get(sessionKey) ?? 0) + this.parts.sizeOf(hit);
      this.bytes.set(sessionKey, bytes);
      if (bytes < this.parts.thresholdBytes) return outcome;
      return this.compact(context, sessionKey).then(isCompacted => {
        if (isCompacted) this.bytes.set(sessionKey, 0);
        return outcome;
      });
    });
  }

  async onCollect({ kv }: Context, sessionKey: string): Promise<Collected> {
    const stored = await kv.get(compactedHitsKey(sessionKey));
    const hits: FiledHit[] = [];
    const unreadable: Uint8Array[] = [];
    for (const segment of stored === null ? [] : segmentsOf(stored)) {
      const list = readOrNull(() => this.parts.codec.decode(segment));
      if (list === null) unreadable.push(segment);
      else for (const filed of list) hits.push(filed);
    }
    return { hits, unreadable };
  }

  async onCleanup({ kv }: Context, sessionKey: string): Promise<void> {
    await kv.delete(compactedHitsKey(sessionKey));
    this.bytes.delete(sessionKey);
  }

  onPing(): void {
    // Compaction follows what is stored, not time.
  }

  /**
   * Appends one segment of exactly the raw hits there are, then removes these: a failure in between leaves both, and a close takes each id
   * once. What does not decode stays raw. False when there was nothing to compact.
   */
  private async compact({ kv, sets, codec }: Context, sessionKey: string): Promise<boolean> {
    const members = await sets.all(protoSessionHitsKey(sessionKey));
    const readable: { readonly member: Uint8Array; readonly filed: FiledHit }[] = [];
    for (const member of members) {
      const filed = readOrNull(() => codec.decode(member));
      if (filed !== null) readable.push({ member, filed });
    }
    if (readable.length === 0) {
      this.parts.onNothingToCompact?.(sessionKey);
      return false;
    }
    const segment = this.parts.codec.encode(readable.map(({ filed }) => filed));
    const before = await kv.get(compactedHitsKey(sessionKey));
    await kv.set(compactedHitsKey(sessionKey), joinedSegments(before, segment));
    for (const { member } of readable) await sets.remove(protoSessionHitsKey(sessionKey), member);
    return true;
  }
}
