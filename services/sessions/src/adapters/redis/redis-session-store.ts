import type {
  AssignCall,
  AssignReply,
  BeginCloseCall,
  BeginCloseReply,
  ClaimedClose,
  ClosedHeaders,
  FrozenPart,
  FrozenSession,
  IngestCall,
  IngestReply,
  Notice,
  SessionStore,
  Wheel,
} from '../../application/store/session-store.js';
import { readFrozen } from './frozen.js';
import { packIngest, readIngestReply } from './ingest-call.js';
import { Keys, laneOfToken, laneToken } from './keys.js';
import { LibraryCalls, type RedisConnection } from './library-calls.js';
import { clientKeysOf, SessionFields } from './session-fields.js';

export interface RedisSessionStoreOptions {
  /** Begins every key. @default 'dd' */
  readonly prefix?: string;
  /** How long a hit's id is known after the last one of its client: at least the longest stretch of hits that is read again (D12). @default 2 h */
  readonly duplicateRetentionMs?: number;
}

const DUPLICATE_RETENTION_MS = 2 * 3600 * 1000;

/** Open sessions in Redis (sessions §12): one atomic function call per step, one slot per state partition. */
export class RedisSessionStore implements SessionStore {
  readonly #keys: Keys;
  readonly #library: LibraryCalls;
  readonly #duplicateRetentionMs: number;

  constructor(
    private readonly redis: RedisConnection,
    { prefix = 'dd', duplicateRetentionMs = DUPLICATE_RETENTION_MS }: RedisSessionStoreOptions = {},
  ) {
    this.#keys = new Keys(prefix);
    this.#library = new LibraryCalls(redis);
    this.#duplicateRetentionMs = duplicateRetentionMs;
  }

  async ingest(call: IngestCall): Promise<IngestReply> {
    const { args, order } = packIngest(call, this.#duplicateRetentionMs);
    return readIngestReply(await this.#library.call('ingest', this.#keys.partition(call.state), args), order);
  }

  async beginClose(call: BeginCloseCall): Promise<BeginCloseReply> {
    const { state, scope, sources, tickSeconds, closeLagTicks, limit, epoch } = call;
    const lane = laneToken(call.lane);
    const head = { state, lane, scope, sources, tick_seconds: tickSeconds, lag_ticks: closeLagTicks, limit, epoch };
    const reply = await this.#library.call('begin_close', this.#keys.partition(state), [JSON.stringify(head)]);
    const [progressed, next, watermark, ...closeIds] = reply as readonly [number, string | null, string | null, ...string[]];
    return {
      closeIds,
      progressed: progressed === 1,
      nextBucket: next === null ? null : Number(next),
      watermarkMs: watermark === null ? null : numberOf(watermark),
    };
  }

  async claim(wheel: Wheel, limit: number, visibilityMs: number): Promise<readonly ClaimedClose[]> {
    const flat = (await this.#call('claim', wheel, [limit, visibilityMs])) as readonly (string | number)[];
    return pairsOf(flat).map(([closeId, attempts]) => ({ closeId: String(closeId), attempts: Number(attempts) }));
  }

  async frozen(wheel: Wheel, closeId: string): Promise<FrozenSession | null> {
    const key = this.#keys.closing(wheel, closeId);
    const fields = new SessionFields(await this.redis.hgetallBuffer(key));
    if (fields.isAbsent) return null;
    const parts = await Promise.all(clientKeysOf(fields.text('clients')).map(clientKey => this.#frozenPart(key, clientKey)));
    return readFrozen(closeId, fields, parts);
  }

  async closedHeaders(wheel: Wheel, clientKeys: readonly string[]): Promise<ClosedHeaders> {
    const flat = (await this.#call('closed_headers', wheel, clientKeys)) as readonly (string | number)[];
    const versions: Record<string, number> = {};
    const headers = new Map<string, string>();
    let at = 0;
    for (const clientKey of clientKeys) {
      versions[clientKey] = Number(flat[at]);
      const end = at + 2 + 2 * Number(flat[at + 1]);
      for (const [sessionId, header] of pairsOf(flat.slice(at + 2, end))) headers.set(String(sessionId), String(header));
      at = end;
    }
    return { versions, headers };
  }

  async assign(call: AssignCall): Promise<AssignReply> {
    const { state, lane, closeId, versions, writes, keepUntilMs, answer } = call;
    const given = writes.map(({ header, ...write }) => (header === null ? write : { ...write, header }));
    const head = JSON.stringify({ lane: laneToken(lane), closeId, versions, writes: given, keepUntilMs });
    const reply = await this.#library.call('assign', this.#keys.partition(state), [head, answer]);
    const [kind, stored] = reply as readonly ['assigned' | 'repeated', string] | readonly ['changed' | 'gone', undefined?];
    return stored === undefined ? { kind: kind } : { kind, answer: stored };
  }

  async finish(wheel: Wheel, closeId: string): Promise<boolean> {
    return (await this.#call('finish', wheel, [closeId])) === 1;
  }

  async postpone(wheel: Wheel, closeId: string, delayMs: number): Promise<void> {
    await this.#call('postpone', wheel, [closeId, delayMs]);
  }

  async notices(wheel: Wheel, limit: number): Promise<readonly Notice[]> {
    const flat = (await this.#call('notices', wheel, [limit])) as readonly string[];
    return pairsOf(flat).map(([id, notice]) => ({ ...(JSON.parse(notice) as Notice), id }));
  }

  async acknowledgeNotices(wheel: Wheel, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#call('acknowledge_notices', wheel, ids);
  }

  async positions(state: number): Promise<ReadonlyMap<number, number>> {
    const stored = await this.redis.hgetall(this.#keys.positions(state));
    return new Map(Object.entries(stored).map(([source, sequence]) => [Number(source), Number(sequence)]));
  }

  async lanes(state: number): Promise<readonly string[]> {
    return (await this.redis.smembers(this.#keys.lanes(state))).map(laneOfToken);
  }

  async #frozenPart(key: string, clientKey: string): Promise<FrozenPart> {
    const [raw, segments] = await Promise.all([
      this.redis.hvalsBuffer(`${key}:${clientKey}:h`),
      this.redis.lrangeBuffer(`${key}:${clientKey}:c`, 0, -1),
    ]);
    return { clientKey, raw, segments };
  }

  #call(name: Parameters<LibraryCalls['call']>[0], wheel: Wheel, args: readonly (string | number)[]): Promise<unknown> {
    return this.#library.call(name, this.#keys.partition(wheel.state), [laneToken(wheel.lane), ...args]);
  }
}

const numberOf = (text: string): number => (text === 'inf' ? Number.POSITIVE_INFINITY : Number(text));

const pairsOf = <T>(flat: readonly T[]): readonly (readonly [T, T])[] => {
  const pairs: (readonly [T, T])[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) pairs.push([flat[at] as T, flat[at + 1] as T]);
  return pairs;
};
