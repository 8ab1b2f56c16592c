import { expirationKey, protoSessionHitsKey } from '../wheel/keys.js';
import { bytesOfText } from './text-bytes.js';

/** What this process keeps of a proto-session while it is open, so as not to make its keys anew, or ask for its expiry, with every hit. */
export interface OpenSession {
  /** Its key as a member of buckets. */
  readonly member: Uint8Array;
  readonly hitsKey: string;
  readonly expirationKey: string;
  /** The bucket that counts for it; null until that was read or written. */
  bucket: number | null;
}

export class OpenSessions {
  private readonly byKey = new Map<string, OpenSession>();

  peek(sessionKey: string): OpenSession | undefined {
    return this.byKey.get(sessionKey);
  }

  of(sessionKey: string): OpenSession {
    return this.byKey.get(sessionKey) ?? this.begin(sessionKey);
  }

  forget(sessionKey: string): void {
    this.byKey.delete(sessionKey);
  }

  private begin(sessionKey: string): OpenSession {
    const session: OpenSession = {
      member: bytesOfText(sessionKey),
      hitsKey: protoSessionHitsKey(sessionKey),
      expirationKey: expirationKey(sessionKey),
      bucket: null,
    };
    this.byKey.set(sessionKey, session);
    return session;
  }
}
