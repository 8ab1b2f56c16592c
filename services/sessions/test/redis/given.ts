import { createHash, randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type {
  BeginCloseCall,
  HitRecord,
  HitResult,
  IngestCall,
  IngestReply,
  StoredProperty,
} from '../../src/application/store/session-store.js';
import { RedisSessionStore } from '../../src/adapters/redis/redis-session-store.js';

export const PROPERTY: StoredProperty = {
  namespace: 'n',
  propertyId: 'p',
  scope: 'property',
  hardCaps: { hits: 10_000, ms: 86_400_000, bytes: 8_388_608 },
  clientsPerIdentifierMax: 10,
  openSessionsMax: null,
  openBytesMax: null,
  announceOpened: false,
};

/** The key of a client of the property, as the guard would make one. */
export const keyOf = (client: string, { namespace, propertyId }: Pick<StoredProperty, 'namespace' | 'propertyId'> = PROPERTY): string =>
  createHash('sha256').update(`${namespace}|${propertyId}|${client}`).digest().subarray(0, 16).toString('base64url');

/** A hit as the examples of sessions §14 write it; times in seconds. */
export interface GivenHit {
  readonly id: string;
  readonly at: number;
  readonly client: string;
  readonly stamp?: string;
  readonly user?: string;
  /** Of a property that does not join by it. */
  readonly seenUser?: string;
  readonly earlierStamp?: string;
  readonly seq?: number;
  readonly control?: HitRecord['control'];
}

export interface GivenWheel {
  readonly timeoutSeconds: number;
  readonly tickSeconds?: number;
  readonly property?: Partial<StoredProperty>;
}

/** What a close read back: enough to compare groupings. */
export interface Closed {
  readonly client: string;
  readonly hits: readonly string[];
  readonly bucket: number | null;
  readonly cause: string;
}

/** One state partition of a store with keys of its own, driven by one source, in the words of the examples. */
export class World {
  readonly prefix = `test-${randomUUID()}`;
  readonly redis: Redis;
  readonly store: RedisSessionStore;
  readonly wheel = { state: 5, lane: 'live' };
  #position = 0;
  readonly #clients = new Map<string, string>();

  constructor(url = process.env['DRAWDOWN_REDIS_URL']) {
    if (url === undefined) throw new Error('DRAWDOWN_REDIS_URL is not set: run the tests with `npm test`');
    this.redis = new Redis(url);
    this.store = new RedisSessionStore(this.redis, { prefix: this.prefix });
  }

  async close(): Promise<void> {
    await this.drop(`${this.prefix}:`);
    await this.redis.quit();
  }

  /** Deletes all keys that begin so. */
  async drop(prefix: string): Promise<void> {
    for await (const keys of this.redis.scanStream({ match: `${prefix}*`, count: 1_000 }) as AsyncIterable<string[]>) {
      if (keys.length > 0) await this.redis.del(...keys);
    }
  }

  /** The next call of the source. */
  call(part: Partial<IngestCall> = {}): IngestCall {
    const previous = this.#position;
    return { ...this.wheel, source: 1, previous, next: previous + 1, epoch: 1, watermarksMs: {}, firstBuckets: {}, hits: [], ...part };
  }

  record(hit: GivenHit, { timeoutSeconds, tickSeconds = 1, property }: GivenWheel): HitRecord {
    const key = keyOf(hit.client, { ...PROPERTY, ...property });
    this.#clients.set(key, hit.client);
    const atMs = Math.round(hit.at * 1000);
    return {
      property: { ...PROPERTY, ...property },
      clientKey: key,
      id: hit.id,
      receivedAtMs: atMs,
      requestSeq: hit.seq ?? 0,
      bytes: 300,
      encoded: Buffer.from(JSON.stringify({ id: hit.id, at: atMs, seq: hit.seq ?? 0 })),
      expiryBucket: Math.floor(Math.floor(atMs / 1000 + timeoutSeconds) / tickSeconds),
      identifiers: [
        ...(hit.stamp === undefined
          ? []
          : [{ type: 'stamp' as const, hash: hit.stamp, ...(hit.earlierStamp === undefined ? {} : { alsoLookUp: hit.earlierStamp }) }]),
        ...(hit.user === undefined ? [] : [{ type: 'user' as const, hash: hit.user }]),
      ],
      ...(hit.control === undefined ? {} : { control: hit.control }),
      ...(hit.seenUser === undefined ? {} : { userKey: keyOf(hit.seenUser) }),
    };
  }

  async ingest(call: IngestCall): Promise<IngestReply> {
    const reply = await this.store.ingest(call);
    if (reply.kind === 'applied') this.#position = call.next;
    return reply;
  }

  /** One task of hits: applied, and the watermark with it. */
  async hits(given: GivenWheel, ...hits: readonly GivenHit[]): Promise<readonly HitResult[]> {
    const reply = await this.task(given, hits);
    if (reply.kind !== 'applied') throw new Error(`not applied: ${reply.kind}`);
    return reply.results;
  }

  task(given: GivenWheel, hits: readonly GivenHit[]): Promise<IngestReply> {
    const times = hits.map(({ at }) => Math.floor(at / (given.tickSeconds ?? 1)));
    const scope = given.property?.scope ?? PROPERTY.scope;
    return this.ingest(
      this.call({
        hits: hits.map(hit => this.record(hit, given)),
        watermarksMs: { [scope]: Math.max(...hits.map(({ at }) => at * 1000)) },
        firstBuckets: { [scope]: Math.min(...times) },
      }),
    );
  }

  async ping(at: number, scope: 'client' | 'property' = 'property'): Promise<void> {
    await this.ingest(this.call({ watermarksMs: { [scope]: at === Infinity ? at : at * 1000 } }));
  }

  turn(part: Partial<BeginCloseCall> = {}): ReturnType<RedisSessionStore['beginClose']> {
    return this.store.beginClose({
      ...this.wheel,
      scope: 'property',
      sources: [1],
      tickSeconds: 1,
      closeLagTicks: 0,
      limit: 200,
      epoch: 1,
      ...part,
    });
  }

  /** Turns until a turn has nothing to do, then hands everything over. */
  async settle(part: Partial<BeginCloseCall> = {}): Promise<readonly Closed[]> {
    const closed: Closed[] = [];
    for (;;) {
      const { closeIds, progressed } = await this.turn(part);
      for (const closeId of closeIds) closed.push(await this.handOver(closeId));
      if (!progressed) return closed;
    }
  }

  async handOver(closeId: string): Promise<Closed> {
    const frozen = await this.store.frozen(this.wheel, closeId);
    if (frozen === null) throw new Error(`${closeId} is not there`);
    const stored = frozen.parts.flatMap(part => part.raw).map(raw => JSON.parse(raw.toString()) as { id: string; at: number; seq: number });
    stored.sort((a, b) => a.at - b.at || a.seq - b.seq || (a.id < b.id ? -1 : 1));
    await this.store.finish(this.wheel, closeId);
    return {
      client: this.#clients.get(frozen.sessionKey) ?? frozen.sessionKey,
      hits: stored.map(({ id }) => id),
      bucket: frozen.bucket,
      cause: frozen.closeCause,
    };
  }

  /** What is stored, without the prefix of the partition. */
  async keys(): Promise<readonly string[]> {
    const prefix = `${this.prefix}:{p5}:`;
    return (await this.redis.keys(`${this.prefix}:*`)).map(key => key.replace(prefix, '')).sort();
  }

  /** Tells whatever is to be told. */
  async tellNotices(): Promise<void> {
    const notices = await this.store.notices(this.wheel, 1_000);
    await this.store.acknowledgeNotices(
      this.wheel,
      notices.map(({ id }) => id),
    );
  }

  /** Keys that may not be there when all is closed (sessions §17, 2): none but pointer, watermark, positions, epochs and filters. */
  async lasting(): Promise<readonly string[]> {
    const may = /^(epoch|lanes|layout|pos|live:(next|wm):.*|live:d:.*)$/;
    return (await this.keys()).filter(key => !may.test(key));
  }

  async next(scope = 'property'): Promise<number | null> {
    const stored = await this.redis.get(`${this.prefix}:{p5}:live:next:${scope}`);
    return stored === null ? null : Number(stored);
  }
}
