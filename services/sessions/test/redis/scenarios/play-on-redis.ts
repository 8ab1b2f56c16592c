import type { Redis } from 'ioredis';
import type { HitRecord, OpenSession, StoredProperty } from '../../../src/application/store/session-store.js';
import { RedisSessionStore } from '../../../src/adapters/redis/redis-session-store.js';
import { compareHits, pingTimeOf, type Identifier } from '../../../src/domain/index.js';
import { PROPERTY, keyOf } from '../given.js';
import {
  tickSecondsOf,
  timeoutMsOf,
  type Scenario,
  type ScenarioClose,
  type ScenarioHit,
  type ScenarioResult,
  type ScenarioStep,
} from './scenario.js';

const STATE = 5;
const SOURCE = 1;
const WHEEL = { state: STATE, lane: 'live' };
const DRAIN_TICKS = 2;

/** A hit and its place in its task, which breaks ties of time. */
interface PlacedHit extends ScenarioHit {
  readonly requestSeq: number;
}

/** Plays scenarios on the Redis engine; keys lie under `prefix`. */
export class RedisScenario {
  readonly #store: RedisSessionStore;
  readonly #clients = new Map<string, string>();
  readonly #closes: ScenarioClose[] = [];
  readonly #outcomes: string[] = [];
  #position = 0;
  #latestMs: number | null = null;
  #step = 0;

  constructor(
    redis: Redis,
    prefix: string,
    private readonly scenario: Scenario,
  ) {
    this.#store = new RedisSessionStore(redis, { prefix });
  }

  async play(): Promise<ScenarioResult> {
    for (const [index, step] of this.scenario.steps.entries()) {
      this.#step = index;
      await this.#playStep(step);
    }
    const { nextBucket, watermarksMs } = await this.#store.wheelStatus(WHEEL, 'property');
    return {
      closes: this.#closes,
      open: await this.#open(),
      outcomes: this.#outcomes,
      nextBucket,
      watermark: watermarksMs.get(SOURCE) ?? null,
    };
  }

  async #playStep(step: ScenarioStep): Promise<void> {
    if ('hits' in step) return this.#task(step);
    if ('ping' in step) return this.#ping(step.ping);
    if ('tick' in step) return this.#turn(step.tick);
    if ('settle' in step) return this.#turn(Number.POSITIVE_INFINITY);
    if ('drain' in step && this.#latestMs !== null) {
      const longestMs = Math.max(
        this.scenario.settings.sessionDurationMs,
        ...Object.values(this.scenario.settings.properties ?? {}).map(({ sessionDurationMs }) => sessionDurationMs ?? 0),
      );
      await this.#ping(this.#latestMs + longestMs + DRAIN_TICKS * tickSecondsOf(this.scenario) * 1_000);
      return this.#turn(Number.POSITIVE_INFINITY);
    }
  }

  async #task({ hits, headers = {} }: Extract<ScenarioStep, { hits: unknown }>): Promise<void> {
    const pingMs = pingTimeOf({ headers });
    if (pingMs !== null) return this.#ping(pingMs);
    if (hits.length === 0) return;
    const times = hits.map(({ receivedAt }) => receivedAt);
    this.#see(Math.max(...times));
    const records = hits.map((hit, index) => this.#record({ requestSeq: index, ...hit }));
    const firstBucket = Math.floor(Math.floor(Math.min(...times) / 1_000) / tickSecondsOf(this.scenario));
    const results = await this.#ingest(records, Math.max(...times), { property: firstBucket });
    for (const { outcome } of results) this.#outcomes.push(outcome);
    await this.#handOverQueued();
  }

  async #ping(atMs: number): Promise<void> {
    this.#see(atMs);
    await this.#ingest([], atMs, {});
  }

  async #ingest(hits: readonly HitRecord[], watermarkMs: number, firstBuckets: { property?: number }) {
    const previous = this.#position;
    const next = previous + 1;
    const call = { ...WHEEL, source: SOURCE, previous, next, epoch: 1, watermarksMs: { property: watermarkMs }, firstBuckets, hits };
    const reply = await this.#store.ingest(call);
    if (reply.kind !== 'applied') throw new Error(`not applied: ${reply.kind}`);
    this.#position = next;
    return reply.results;
  }

  #see(atMs: number): void {
    this.#latestMs = Math.max(this.#latestMs ?? atMs, atMs);
  }

  async #turn(ticks: number): Promise<void> {
    for (let tick = 0; tick < ticks; tick += 1) {
      const closeLagTicks = ticks === Number.POSITIVE_INFINITY ? 0 : await this.#lagForOneBucket();
      const call = { ...WHEEL, scope: 'property' as const, sources: [SOURCE], tickSeconds: tickSecondsOf(this.scenario), closeLagTicks };
      const { progressed } = await this.#store.beginClose({ ...call, limit: 200, epoch: 1 });
      await this.#handOverQueued();
      if (!progressed) return;
    }
  }

  /** A tick of a script passes one bucket, where the engine would jump to the next that exists: a lag that leaves it just one. */
  async #lagForOneBucket(): Promise<number> {
    const { nextBucket, watermarksMs } = await this.#store.wheelStatus(WHEEL, 'property');
    const current = Math.floor(Math.floor((watermarksMs.get(SOURCE) ?? 0) / 1_000) / tickSecondsOf(this.scenario));
    return nextBucket === null ? 0 : Math.max(0, current - nextBucket - 1);
  }

  async #handOverQueued(): Promise<void> {
    const claimed = await this.#store.claim(WHEEL, 1_000, 60_000);
    const closes: (ScenarioClose & { startedAtMs: number; sessionKey: string })[] = [];
    for (const { closeId } of claimed) {
      const frozen = await this.#store.frozen(WHEEL, closeId);
      if (frozen === null) throw new Error(`${closeId} is not there`);
      const { sessionKey, propertyId, bucket, isLate, closeCause, startedAtMs, parts } = frozen;
      closes.push({
        propertyId,
        authoritativeClientId: this.#clientOf(sessionKey),
        hits: sorted(parts.flatMap(({ raw }) => raw)),
        bucket,
        step: this.#step,
        isCapped: closeCause === 'hard_cap',
        isLate,
        startedAtMs,
        sessionKey,
      });
      await this.#store.finish(WHEEL, closeId);
    }
    this.#closes.push(
      ...closes.sort((a, b) => (a.bucket ?? 0) - (b.bucket ?? 0)).map(({ startedAtMs: _s, sessionKey: _k, ...close }) => close),
    );
  }

  async #open(): Promise<ScenarioResult['open']> {
    const open: ScenarioResult['open'][number][] = [];
    for (const propertyId of this.#propertyIds()) {
      for (const session of await this.#store.openSessions(WHEEL, 'n', propertyId, 10_000)) open.push(await this.#openOf(session));
    }
    return open;
  }

  async #openOf(session: OpenSession): Promise<ScenarioResult['open'][number]> {
    const parts = await this.#store.hitsOf(WHEEL, session);
    const hits = sorted(parts.flatMap(({ raw }) => raw));
    return {
      propertyId: hits[0]?.propertyId ?? 'p',
      authoritativeClientId: this.#clientOf(session.sessionKey),
      hits: hits.map(({ id }) => id),
      expiryBucket: session.expiryBucket,
    };
  }

  #propertyIds(): ReadonlySet<string> {
    return new Set(this.scenario.steps.flatMap(step => ('hits' in step ? step.hits.map(hit => this.#storedProperty(hit)) : [])));
  }

  /** The pass-through guard knows no properties: all is one. */
  #storedProperty({ propertyId = 'p' }: ScenarioHit): string {
    return this.scenario.settings.isolation === 'none' ? 'p' : propertyId;
  }

  #clientOf(key: string): string {
    return this.#clients.get(key) ?? key;
  }

  #record(hit: PlacedHit): HitRecord {
    const propertyId = this.#storedProperty(hit);
    const { hardCapHits = 10_000, hardCapMs = 86_400_000 } = this.scenario.settings;
    const property: StoredProperty = {
      ...PROPERTY,
      propertyId,
      hardCaps: { hits: hardCapHits, ms: hardCapMs, bytes: Number.MAX_SAFE_INTEGER },
      clientsPerIdentifierMax: 1_000,
    };
    const clientKey = keyOf(hit.clientId, property);
    this.#clients.set(clientKey, hit.clientId);
    return {
      property,
      clientKey,
      id: hit.id,
      receivedAtMs: hit.receivedAt,
      requestSeq: hit.requestSeq,
      bytes: 300,
      encoded: Buffer.from(JSON.stringify(hit)),
      expiryBucket: Math.floor(
        Math.floor((hit.receivedAt + timeoutMsOf(this.scenario, hit.propertyId ?? 'p')) / 1_000) / tickSecondsOf(this.scenario),
      ),
      identifiers: this.#identifiers(hit, propertyId),
    };
  }

  #identifiers({ sessionStamp, ip, clientId, userId }: ScenarioHit, propertyId: string): readonly Identifier[] {
    const { isolation = 'property', joinByUserId = false } = this.scenario.settings;
    const stamp = sessionStamp === undefined || sessionStamp === null || sessionStamp === '' ? (ip ?? `own-${clientId}`) : sessionStamp;
    const identifiers: Identifier[] = [];
    if (stamp !== '' || isolation === 'none') identifiers.push({ type: 'stamp', hash: `${propertyId}|${stamp}` });
    if (joinByUserId && userId !== undefined && userId !== null && userId !== '') {
      identifiers.push({ type: 'user', hash: `${propertyId}|${userId}` });
    }
    return identifiers;
  }
}

const sorted = (encoded: readonly Buffer[]): readonly PlacedHit[] =>
  encoded
    .map(bytes => JSON.parse(bytes.toString()) as PlacedHit)
    .sort((a, b) =>
      compareHits(
        { receivedAtMs: a.receivedAt, requestSeq: a.requestSeq, id: a.id },
        { receivedAtMs: b.receivedAt, requestSeq: b.requestSeq, id: b.id },
      ),
    );
