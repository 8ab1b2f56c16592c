import { bucketsKey, expirationKey, parseDecimal } from '../wheel/keys.js';
import type { OpenSessions } from './open-sessions.js';
import type { BucketIndex } from './storage/aux-stores.js';
import { after, type Eventually } from './storage/eventually.js';
import type { KeyValueStore } from './storage/key-value-store.js';
import type { SetStore } from './storage/set-store.js';
import { bytesOfText, textOfBytes } from './text-bytes.js';

/** A bucket as the stores know it. */
interface BucketTexts {
  readonly bucket: number;
  readonly setKey: string;
  readonly decimal: Uint8Array;
}

const textsOf = (bucket: number): BucketTexts => ({ bucket, setKey: bucketsKey(bucket), decimal: bytesOfText(String(bucket)) });

/** Under which bucket each open proto-session is filed. What was read or written once is kept in memory. */
export class Expiries {
  /** Hits that follow one another mostly expire in one bucket. */
  private last: BucketTexts | null = null;

  constructor(
    private readonly kv: KeyValueStore,
    private readonly sets: SetStore,
    private readonly buckets: BucketIndex,
    private readonly open: OpenSessions,
  ) {}

  /**
   * The bucket that counts for a proto-session, null when it is not open.
   * @throws Refusal `NUMBER_MALFORMED` when what is stored is no number.
   */
  read(sessionKey: string): Eventually<number | null> {
    const known = this.open.peek(sessionKey)?.bucket ?? null;
    if (known !== null) return known;
    return after(this.kv.get(expirationKey(sessionKey)), text => {
      if (text === null) return null;
      const bucket = parseDecimal(textOfBytes(text));
      this.open.of(sessionKey).bucket = bucket;
      return bucket;
    });
  }

  /** Files a proto-session under a bucket. Entries in earlier buckets stay: the expiry tells that they are stale. */
  write(sessionKey: string, bucket: number): Eventually<void> {
    this.buckets.add(bucket);
    const session = this.open.of(sessionKey);
    const { setKey, decimal } = this.last?.bucket === bucket ? this.last : (this.last = textsOf(bucket));
    return after(this.sets.add(setKey, session.member), () =>
      after(this.kv.set(session.expirationKey, decimal), () => {
        session.bucket = bucket;
      }),
    );
  }

  delete(sessionKey: string): Eventually<void> {
    return after(this.kv.delete(expirationKey(sessionKey)), () => {
      const session = this.open.peek(sessionKey);
      if (session !== undefined) session.bucket = null;
    });
  }
}
