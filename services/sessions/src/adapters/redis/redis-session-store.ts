import type { CloseCause } from '../../domain/index.js';
import type {
  AssignCall,
  AssignReply,
  BeginCloseCall,
  BeginCloseReply,
  ClaimedClose,
  ClosedHeaders,
  ClosedSeed,
  Compaction,
  Erased,
  FrozenSession,
  HitsErasure,
  IngestCall,
  IngestReply,
  Notice,
  RawHits,
  Saturation,
  SessionStore,
  UnmergeReply,
  Wheel,
  WheelCall,
} from '../../application/store/session-store.js';
import { checkServers, type Durability, type Wait } from './durability.js';
import { readFrozen } from './frozen.js';
import { fenceOf, type NumberedBy } from './incarnations.js';
import { packIngest, readIngestReply } from './ingest-call.js';
import { Keys, laneToken } from './keys.js';
import { type RedisConnection } from './library-calls.js';
import { RebuildCalls } from './rebuild-calls.js';
import { RedisSessionReads } from './redis-session-reads.js';
import { numberOf, pairsOf } from './replies.js';
import { clientKeysOf, SessionFields } from './session-fields.js';
import { packUnpark } from './unpark-call.js';

export interface RedisSessionStoreOptions {
  /** Begins every key. @default 'dd' */
  readonly prefix?: string;
  /** How long a hit's id is known after the last one of its client: at least the longest stretch of hits that is read again (D12). @default 2 h */
  readonly duplicateRetentionMs?: number;
  /** Where epochs and positions come from. @default one incarnation for ever, as in a world of one test */
  readonly numbers?: NumberedBy;
  /** What `ingest` waits for before it answers; found by {@link RedisSessionStore.open}. @default nothing */
  readonly wait?: Wait;
}

const ONE_INCARNATION: NumberedBy = { hits: '', leases: '' };
const DUPLICATE_RETENTION_MS = 2 * 3600 * 1000;
/** How long a saturated identifier stays apart, event time; the library does the same of its own. */
const SATURATED_MS = 24 * 3600 * 1000;

/** Open sessions in Redis (sessions §12): one atomic function call per step, one slot per state partition. */
export class RedisSessionStore extends RedisSessionReads implements SessionStore {
  readonly #duplicateRetentionMs: number;
  readonly #rebuilds: RebuildCalls;
  readonly #wait: Wait | undefined;

  constructor(
    redis: RedisConnection,
    { prefix = 'dd', duplicateRetentionMs = DUPLICATE_RETENTION_MS, numbers = ONE_INCARNATION, wait }: RedisSessionStoreOptions = {},
  ) {
    super(redis, new Keys(prefix), numbers);
    this.#wait = wait;
    this.#duplicateRetentionMs = duplicateRetentionMs;
    this.#rebuilds = new RebuildCalls(redis, this.library, this.keys, duplicateRetentionMs, numbers);
  }

  /**
   * Checks the servers and brings the library to them.
   * @throws Refusal `STORE_TOO_OLD`, `STORE_WITHOUT_MEMORY_LIMIT`, `STORE_EVICTS`, `STORE_NOT_DURABLE`, `STORE_LIBRARY_NEWER`
   */
  static async open(
    redis: RedisConnection,
    { durability, ...options }: Omit<RedisSessionStoreOptions, 'wait'> & { readonly durability: Durability },
  ): Promise<RedisSessionStore> {
    const wait = await checkServers(redis, durability);
    const store = new RedisSessionStore(redis, { ...options, ...(wait === undefined ? {} : { wait }) });
    await store.library.load();
    return store;
  }

  async ingest(call: IngestCall): Promise<IngestReply> {
    const { args, order } = packIngest(call, this.#duplicateRetentionMs, this.numbers);
    const partition = this.keys.partition(call.state);
    const reply =
      this.#wait === undefined
        ? this.library.call('ingest', partition, args)
        : this.library.callDurably('ingest', partition, args, this.#wait);
    return readIngestReply(await reply, order);
  }

  async beginClose(call: BeginCloseCall): Promise<BeginCloseReply> {
    const head = JSON.stringify({ ...wheelHead(call, this.numbers), lag_ticks: call.closeLagTicks });
    const reply = await this.library.call('begin_close', this.keys.partition(call.state), [head]);
    const [progressed, next, watermark, ...closeIds] = reply as readonly [number, string | null, string | null, ...string[]];
    return {
      closeIds,
      progressed: progressed === 1,
      nextBucket: next === null ? null : Number(next),
      watermarkMs: watermark === null ? null : numberOf(watermark),
    };
  }

  async skipCatchUp(call: WheelCall): Promise<boolean> {
    const head = JSON.stringify(wheelHead(call, this.numbers));
    return (await this.library.call('skip_catch_up', this.keys.partition(call.state), [head])) === 1;
  }

  async claim(wheel: Wheel, limit: number, visibilityMs: number): Promise<readonly ClaimedClose[]> {
    const flat = (await this.call('claim', wheel, [limit, visibilityMs])) as readonly (string | number)[];
    return pairsOf(flat).map(([closeId, attempts]) => ({ closeId: String(closeId), attempts: Number(attempts) }));
  }

  async frozen(wheel: Wheel, closeId: string): Promise<FrozenSession | null> {
    const key = this.keys.closing(wheel, closeId);
    const fields = new SessionFields(Object.entries(await this.redis.hgetallBuffer(key)));
    if (fields.isAbsent) return null;
    const parts = await Promise.all(clientKeysOf(fields.text('clients')).map(clientKey => this.frozenPart(key, clientKey)));
    return readFrozen(closeId, fields, parts);
  }

  async closedHeaders(wheel: Wheel, clientKeys: readonly string[]): Promise<ClosedHeaders> {
    const flat = (await this.call('closed_headers', wheel, clientKeys)) as readonly (string | number)[];
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
    const reply = await this.library.call('assign', this.keys.partition(state), [head, answer]);
    const [kind, stored] = reply as readonly ['assigned' | 'repeated', string] | readonly ['changed' | 'gone', undefined?];
    return stored === undefined ? { kind: kind } : { kind, answer: stored };
  }

  async finish(wheel: Wheel, closeId: string): Promise<boolean> {
    return (await this.call('finish', wheel, [closeId])) === 1;
  }

  async postpone(wheel: Wheel, closeId: string, delayMs: number, because: 'fault' | 'failure'): Promise<void> {
    await this.call('postpone', wheel, [closeId, delayMs, because]);
  }

  park(wheel: Wheel, closeId: string): Promise<boolean> {
    return this.finish(wheel, closeId);
  }

  async unpark(wheel: Wheel, frozen: FrozenSession): Promise<boolean> {
    return (await this.library.call('unpark', this.keys.partition(wheel.state), packUnpark(wheel.lane, frozen))) === 1;
  }

  async notices(wheel: Wheel, limit: number): Promise<readonly Notice[]> {
    const flat = (await this.call('notices', wheel, [limit])) as readonly string[];
    return pairsOf(flat).map(([id, notice]) => ({ ...(JSON.parse(notice) as Notice), id }));
  }

  async acknowledgeNotices(wheel: Wheel, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.call('acknowledge_notices', wheel, ids);
  }

  async closeNow(wheel: Wheel, sessionKey: string, cause: CloseCause, epoch: number): Promise<string | null> {
    return (await this.call('close_now', wheel, [wheel.state, fenceOf(epoch, this.numbers), sessionKey, cause])) as string | null;
  }

  async unmerge(wheel: Wheel, sessionKey: string, clientKey: string, epoch: number): Promise<UnmergeReply> {
    const reply = await this.call('unmerge', wheel, [wheel.state, fenceOf(epoch, this.numbers), sessionKey, clientKey]);
    const [kind, made] = reply as readonly ['unmerged', string] | readonly ['gone' | 'not_joined'];
    return kind === 'unmerged' ? { kind, sessionKey: made } : { kind };
  }

  async erase(wheel: Wheel, clientKey: string): Promise<Erased> {
    const [openHits, frozenHits, pendingCloses] = (await this.call('erase', wheel, [clientKey])) as readonly [number, number, number];
    return { openHits, frozenHits, pendingCloses };
  }

  async eraseHits(wheel: Wheel, { clientKey, closeId, userKey = '', hits, bytes, raw, segments }: HitsErasure): Promise<boolean> {
    const replaced = segments.flatMap(({ stored, left }) => [stored, left ?? '']);
    const args = [clientKey, closeId ?? '', userKey, hits, bytes, raw.length, ...raw, ...replaced];
    return (await this.call('erase_hits', wheel, args)) === 1;
  }

  async replaceHeader(
    wheel: Wheel,
    sessionId: string,
    clientKeys: readonly string[],
    { read, write }: { readonly read: string; readonly write: string | null },
  ): Promise<boolean> {
    return (await this.call('replace_header', wheel, [sessionId, read, write ?? '', ...clientKeys])) === 1;
  }

  async markSaturated(wheel: Wheel, { identifierType, identifierHash, atMs }: Saturation, rebuild = ''): Promise<void> {
    await this.call('mark_saturated', wheel, [`${identifierType}:${identifierHash}`, atMs + SATURATED_MS, rebuild]);
  }

  async compactable(wheel: Wheel, rawBytesMin: number, limit: number): Promise<readonly string[]> {
    return (await this.call('compactable', wheel, [rawBytesMin, limit])) as readonly string[];
  }

  async rawHits(wheel: Wheel, clientKey: string): Promise<RawHits | null> {
    const [generation, ...flat] = (await this.callForBytes('raw_hits', wheel, [clientKey])) as readonly Buffer[];
    return generation === undefined ? null : { generation, hits: pairsOf(flat).map(([field, encoded]) => ({ field, encoded })) };
  }

  async swapCompact(wheel: Wheel, { clientKey, generation, segment, fields }: Compaction): Promise<boolean> {
    return (await this.call('swap_compact', wheel, [clientKey, generation, segment, ...fields])) === 1;
  }

  beginRebuild(state: number, epoch: number): Promise<string> {
    return this.#rebuilds.begin(state, epoch);
  }

  seedClosed(seed: ClosedSeed): Promise<void> {
    return this.#rebuilds.seed(seed);
  }

  finishRebuild(state: number, token: string, positions: ReadonlyMap<number, number>): Promise<void> {
    return this.#rebuilds.finish(state, token, positions);
  }
}

const wheelHead = ({ state, lane, scope, sources, tickSeconds, limit, epoch }: WheelCall, numbers: NumberedBy): object => ({
  state,
  lane: laneToken(lane),
  scope,
  sources,
  tick_seconds: tickSeconds,
  limit,
  fence: fenceOf(epoch, numbers),
});
