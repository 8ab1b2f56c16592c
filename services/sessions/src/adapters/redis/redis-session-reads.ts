import type {
  FrozenPart,
  MemoryUse,
  OpenLoad,
  OpenSession,
  QueueStatus,
  SessionStore,
  Wheel,
  WheelStatus,
} from '../../application/store/session-store.js';
import { sequenceOf, type NumberedBy } from './incarnations.js';
import { propertyToken, watermarkText } from './ingest-call.js';
import { laneOfToken, laneToken, type Keys } from './keys.js';
import { LibraryCalls, mastersOf, type Argument, type RedisConnection } from './library-calls.js';
import type { LibraryFunction } from './library.js';
import { memoryUseOf } from './memory-use.js';
import { readOpenSession, readOpenSessions, type SessionRecord } from './open-sessions.js';
import { numberOf, pairsOf } from './replies.js';
import { propertyOf } from './session-fields.js';

/** What the store tells without changing anything, and how its functions are called. */
export class RedisSessionReads {
  protected readonly library: LibraryCalls;

  constructor(
    protected readonly redis: RedisConnection,
    protected readonly keys: Keys,
    protected readonly numbers: NumberedBy,
  ) {
    this.library = new LibraryCalls(redis);
  }

  openSession(wheel: Wheel, sessionKey: string): Promise<OpenSession | null> {
    return this.#openSessionOf(wheel, 'session', sessionKey);
  }

  openSessionOfClient(wheel: Wheel, clientKey: string): Promise<OpenSession | null> {
    return this.#openSessionOf(wheel, 'client', clientKey);
  }

  openSessionOfIdentifier(wheel: Wheel, type: string, hash: string): Promise<OpenSession | null> {
    return this.#openSessionOf(wheel, 'identifier', `${type}:${hash}`);
  }

  async openSessions(
    wheel: Wheel,
    namespace: string,
    propertyId: string,
    limit: number,
    lastHitAtMsMax = Number.POSITIVE_INFINITY,
  ): Promise<readonly OpenSession[]> {
    const args = [propertyToken({ namespace, propertyId }), watermarkText(lastHitAtMsMax), limit];
    return readOpenSessions(await this.callForBytes('open_sessions', wheel, args));
  }

  async closingSessions(wheel: Wheel, namespace: string, propertyId: string, limit: number): Promise<readonly OpenSession[]> {
    return readOpenSessions(await this.callForBytes('closing_sessions', wheel, [propertyToken({ namespace, propertyId }), limit]));
  }

  async hitsOf(wheel: Wheel, { clientKeys, closeId }: OpenSession): Promise<readonly FrozenPart[]> {
    return Promise.all(
      clientKeys.map(clientKey => {
        if (closeId !== undefined) return this.frozenPart(this.keys.closing(wheel, closeId), clientKey);
        return this.#part(clientKey, this.keys.hits(wheel, clientKey), this.keys.segments(wheel, clientKey));
      }),
    );
  }

  async countOfUser(wheel: Wheel, userKey: string, limit: number): Promise<number> {
    return (await this.call('count_of_user', wheel, [userKey, limit])) as number;
  }

  async openBytes(wheel: Wheel): ReturnType<SessionStore['openBytes']> {
    const stored = await this.redis.hgetall(this.keys.openBytes(wheel));
    return Object.entries(stored).map(([token, bytes]) => ({ ...propertyOf(token), bytes: Number(bytes) }));
  }

  async openLoad(wheel: Wheel): Promise<OpenLoad> {
    const stored = Object.entries(await this.redis.hgetall(this.keys.openBytes(wheel)));
    const counts = await Promise.all(stored.map(([token]) => this.redis.zcard(this.keys.open(wheel, token))));
    return { sessions: sum(counts), bytes: sum(stored.map(([, bytes]) => Number(bytes))) };
  }

  async positions(state: number): Promise<ReadonlyMap<number, number> | null> {
    const positions = new Map<number, number>();
    for (const [source, stored] of Object.entries(await this.redis.hgetall(this.keys.positions(state)))) {
      const sequence = sequenceOf(stored, this.numbers);
      if (sequence === undefined) return null;
      positions.set(Number(source), sequence);
    }
    return positions;
  }

  async isRebuilding(state: number): Promise<boolean> {
    return (await this.redis.exists(this.keys.rebuild(state))) === 1;
  }

  async lanes(state: number): Promise<readonly string[]> {
    return (await this.redis.smembers(this.keys.lanes(state))).map(laneOfToken);
  }

  async wheelStatus(wheel: Wheel, scope: WheelStatus['scope']): Promise<WheelStatus> {
    const reply = await this.call('wheel_status', wheel, [scope]);
    const [next, oldest, buckets, ...watermarks] = reply as readonly [string | null, string | null, number, ...string[]];
    return {
      scope,
      nextBucket: next === null ? null : Number(next),
      oldestOpenMs: oldest === null ? null : Number(oldest),
      buckets,
      watermarksMs: new Map(pairsOf(watermarks).map(([source, ms]) => [Number(source), numberOf(ms)])),
    };
  }

  async queueStatus(wheel: Wheel): Promise<QueueStatus> {
    const reply = (await this.call('queue_status', wheel, [])) as readonly [number, string, string | null];
    const [length, overdueMs, firstCloseId] = reply;
    return { length, overdueMs: Number(overdueMs), firstCloseId };
  }

  async memoryUse(): Promise<MemoryUse> {
    return memoryUseOf(await Promise.all(mastersOf(this.redis).map(master => master.info('memory'))));
  }

  async #openSessionOf(wheel: Wheel, kind: 'session' | 'client' | 'identifier', value: string): Promise<OpenSession | null> {
    const record = (await this.callForBytes('open_session_of', wheel, [kind, value])) as SessionRecord | null;
    return record === null ? null : readOpenSession(record);
  }

  protected frozenPart(frozen: string, clientKey: string): Promise<FrozenPart> {
    return this.#part(clientKey, `${frozen}:${clientKey}:h`, `${frozen}:${clientKey}:c`);
  }

  /** Hits before segments: what is compacted in between is then seen twice, and never not at all. */
  async #part(clientKey: string, hits: string, segments: string): Promise<FrozenPart> {
    const raw = await this.redis.hvalsBuffer(hits);
    return { clientKey, raw, segments: await this.redis.lrangeBuffer(segments, 0, -1) };
  }

  protected call(name: LibraryFunction, wheel: Wheel, args: readonly Argument[]): Promise<unknown> {
    return this.library.call(name, this.keys.partition(wheel.state), [laneToken(wheel.lane), ...args]);
  }

  protected callForBytes(name: LibraryFunction, wheel: Wheel, args: readonly Argument[]): Promise<unknown> {
    return this.library.callForBytes(name, this.keys.partition(wheel.state), [laneToken(wheel.lane), ...args]);
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
