import { bucketsKey, expirationKey, parseDecimal } from '../wheel/keys.js';
import type { BucketIndex } from './storage/aux-stores.js';
import type { KeyValueStore } from './storage/key-value-store.js';
import type { SetStore } from './storage/set-store.js';
import { bytesOfText, textOfBytes } from './text-bytes.js';

/** Under which bucket each open proto-session is filed. What was read or written once is kept in memory. */
export class Expiries {
  private readonly kept = new Map<string, number>();

  constructor(
    private readonly kv: KeyValueStore,
    private readonly sets: SetStore,
    private readonly buckets: BucketIndex,
  ) {}

  /** What is known without asking the store; else undefined. */
  peek(sessionKey: string): number | undefined {
    return this.kept.get(sessionKey);
  }

  /**
   * The bucket that counts for a proto-session, null when it is not open.
   * @throws Refusal `NUMBER_MALFORMED` when what is stored is no number.
   */
  async read(sessionKey: string): Promise<number | null> {
    const kept = this.kept.get(sessionKey);
    if (kept !== undefined) return kept;
    const text = await this.kv.get(expirationKey(sessionKey));
    if (text === null) return null;
    const bucket = parseDecimal(textOfBytes(text));
    this.kept.set(sessionKey, bucket);
    return bucket;
  }

  /** Files a proto-session under a bucket. Entries in earlier buckets stay: the expiry tells that they are stale. */
  async write(sessionKey: string, bucket: number): Promise<void> {
    this.buckets.add(bucket);
    await this.sets.add(bucketsKey(bucket), bytesOfText(sessionKey));
    await this.kv.set(expirationKey(sessionKey), bytesOfText(String(bucket)));
    this.kept.set(sessionKey, bucket);
  }

  async delete(sessionKey: string): Promise<void> {
    await this.kv.delete(expirationKey(sessionKey));
    this.kept.delete(sessionKey);
  }
}
