import {
  CloseTrigger,
  Evicter,
  Handler,
  BINARY_HITS,
  MemoryAuxStores,
  MemoryKeyValueStore,
  MemorySetStore,
  compareHits,
  type Hit,
  type HitOutcome,
  type TaskHit,
} from '../../../src/domain/index.js';
import {
  tickSecondsOf,
  timeoutMsOf,
  type Scenario,
  type ScenarioClose,
  type ScenarioHit,
  type ScenarioResult,
  type ScenarioStep,
} from './scenario.js';

const RETENTION_MS = 7_200_000;

/** Plays scenarios of hits, pings and settling on the portable engine in memory (sessions §3–9, §11). */
export class PortableScenario {
  readonly #aux = new MemoryAuxStores();
  readonly #closes: ScenarioClose[] = [];
  readonly #outcomes: string[] = [];
  readonly #moved: (readonly TaskHit[])[] = [];
  readonly #given = new Map<string, ScenarioHit>();
  readonly #trigger: CloseTrigger;
  readonly #handler: Handler;
  #lastOutcome: HitOutcome = 'stored';
  #step = 0;

  constructor(private readonly scenario: Scenario) {
    const { hardCapHits = 10_000, hardCapMs = 86_400_000 } = scenario.settings;
    this.#trigger = new CloseTrigger({
      settings: {
        tickMs: tickSecondsOf(scenario) * 1_000,
        retentionMs: RETENTION_MS,
        timeoutMsOf: ({ propertyId }) => timeoutMsOf(scenario, propertyId),
        hardCapsOf: () => ({ hits: hardCapHits, ms: hardCapMs, bytes: Number.POSITIVE_INFINITY }),
        sizeOf: () => 0,
      },
      closer: {
        close: ({ sessionKey, hits, bucket, cause, isLate }) =>
          void this.#closes.push(this.#closeOf(sessionKey, hits, { bucket, cause, isLate })),
      },
      clock: { nowMs: () => 0, sleep: () => Promise.resolve() },
    });
    this.#handler = new Handler({
      kv: new MemoryKeyValueStore(),
      sets: new MemorySetStore(),
      aux: this.#aux,
      guard: { identify: hit => this.#identify(hit) },
      middlewares: [new Evicter(new MemoryKeyValueStore(), { push: hits => void this.#moved.push(hits) }), this.#trigger],
      codec: BINARY_HITS,
      deadLetters: { push: (hit, reason) => Promise.reject(new Error(`hit ${hit.id} was set aside: ${reason}`)) },
      onOutcome: (_hit, outcome) => {
        this.#lastOutcome = outcome;
      },
    });
  }

  async play(): Promise<ScenarioResult> {
    for (const [index, step] of this.scenario.steps.entries()) {
      this.#step = index;
      await this.#playStep(step);
    }
    const { context } = this.#handler;
    return {
      closes: this.#closes,
      open: await this.#open(),
      outcomes: this.#outcomes,
      nextBucket: await this.#trigger.nextBucket(context),
      watermark: await this.#trigger.watermarkMs(context),
    };
  }

  async #playStep(step: ScenarioStep): Promise<void> {
    if ('hits' in step) return this.#task(step.hits);
    if ('ping' in step) return this.#handler.ping(step.ping);
    if ('settle' in step) await this.#trigger.advance(this.#handler.context, Number.POSITIVE_INFINITY);
  }

  /** A merge is complete before the next hit is handled. */
  async #task(given: readonly ScenarioHit[]): Promise<void> {
    const hits = given.map((hit, index) => ({ hit: this.#hit(hit, index), index }));
    const outcomes: string[] = [];
    for (const { hit, index } of [...hits].sort((a, b) => compareHits(a.hit, b.hit))) {
      await this.#handler.handle({ headers: {}, hits: [{ hit }] });
      outcomes[index] = this.#lastOutcome === 'moved' ? 'joined' : this.#lastOutcome;
      for (let moved = this.#moved.shift(); moved !== undefined; moved = this.#moved.shift()) {
        await this.#handler.handle({ headers: {}, hits: moved });
      }
    }
    this.#outcomes.push(...outcomes);
  }

  async #open(): Promise<ScenarioResult['open']> {
    const open: ScenarioResult['open'][number][] = [];
    for (const sessionKey of this.#aux.notes.keys()) {
      const { context } = this.#handler;
      const hits = (await context.collectAll(sessionKey)).map(({ hit }) => hit).sort(compareHits);
      open.push({
        propertyId: hits[0]?.propertyId ?? '',
        authoritativeClientId: clientOf(sessionKey),
        hits: hits.map(({ id }) => id),
        expiryBucket: (await context.expiries.read(sessionKey)) ?? Number.NaN,
      });
    }
    return open;
  }

  #closeOf(
    sessionKey: string,
    hits: readonly Hit[],
    { bucket, cause, isLate }: { readonly bucket: number | null; readonly cause: string; readonly isLate: boolean },
  ): ScenarioClose {
    return {
      propertyId: hits[0]?.propertyId ?? '',
      authoritativeClientId: clientOf(sessionKey),
      hits: hits.map(({ id }) => this.#given.get(id)).filter(hit => hit !== undefined),
      bucket,
      step: this.#step,
      isCapped: cause === 'hard_cap',
      isLate,
    };
  }

  #identify({ propertyId, clientId, sessionStamp, userId }: Hit) {
    return {
      clientKey: `${propertyId}|${clientId}`,
      identifiers: [
        ...(sessionStamp === undefined ? [] : [{ type: 'stamp' as const, hash: `${propertyId}|${sessionStamp}` }]),
        ...(userId === undefined ? [] : [{ type: 'user' as const, hash: `${propertyId}|${userId}` }]),
      ],
    };
  }

  #hit(given: ScenarioHit, index: number): Hit {
    this.#given.set(given.id, given);
    return {
      id: given.id,
      namespace: 'n',
      propertyId: given.propertyId ?? 'p',
      clientId: given.clientId,
      ...(typeof given.userId === 'string' ? { userId: given.userId } : {}),
      eventName: 'e',
      ...(typeof given.sessionStamp === 'string' ? { sessionStamp: given.sessionStamp } : {}),
      ip: '',
      host: '',
      path: '',
      method: '',
      receivedAtMs: given.receivedAt,
      requestSeq: given.requestSeq ?? index,
      queryParams: {},
      headers: {},
      body: new Uint8Array(),
      metadata: {},
    };
  }
}

const clientOf = (sessionKey: string): string => sessionKey.slice(sessionKey.indexOf('|') + 1);
