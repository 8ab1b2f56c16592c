import {
  CloseTrigger,
  CollectingCloser,
  Compactor,
  Evicter,
  Handler,
  BINARY_HITS,
  BINARY_HIT_LISTS,
  MemoryAuxStores,
  MemoryKeyValueStore,
  MemorySetStore,
  passThroughGuard,
  sizeOfHit,
  type CloseSettings,
  type Closer,
  type FiledHit,
  type HandOver,
  type Hit,
  type HitOutcome,
  type Middleware,
  type PortableGuard,
  type ReceiverStorage,
  type Task,
} from '../../../src/domain/index.js';

/** A hit with what a test says of it. Times are seconds, as in the worked examples. */
export interface GivenHit {
  readonly at: number;
  readonly client: string;
  readonly stamp?: string;
  readonly userId?: string;
  readonly property?: string;
  readonly bytes?: number;
  readonly seq?: number;
}

/** `ip` is the client's own unless a stamp is given: by default nobody joins. */
export const hit = (id: string, { at, client, stamp, userId, property, bytes, seq }: GivenHit): Hit => ({
  id,
  namespace: 'n',
  propertyId: property ?? 'p',
  clientId: client,
  eventName: 'page_view',
  ip: stamp ?? `own-${client}`,
  host: '',
  path: '',
  method: '',
  receivedAtMs: at * 1_000,
  requestSeq: seq ?? 0,
  queryParams: {},
  headers: {},
  body: new Uint8Array(bytes ?? 0),
  metadata: {},
  ...(userId !== undefined && { userId }),
});

/** Stands still until it is moved. */
class ManualClock {
  private atMs = 0;

  nowMs(): number {
    return this.atMs;
  }

  sleep(): Promise<void> {
    return new Promise(resolve => setImmediate(resolve));
  }

  passMs(ms: number): void {
    this.atMs += ms;
  }
}

/** All stores, which outlive an engine. */
export class Stores {
  readonly kv = new MemoryKeyValueStore();
  readonly sets = new MemorySetStore();
  readonly stamps = new MemoryKeyValueStore();
  readonly aux = new MemoryAuxStores();
}

export interface EngineOptions {
  readonly timeoutS: number;
  readonly tickMs?: number;
  readonly caps?: Partial<{ readonly hits: number; readonly ms: number; readonly bytes: number }>;
  readonly retentionMs?: number;
  readonly compactBytes?: number;
  readonly joinByUserId?: boolean;
  readonly closer?: Closer;
  readonly guard?: PortableGuard;
  readonly stores?: Stores;
  readonly sizeOf?: CloseSettings['sizeOf'];
  /** Keep moved hits in `moved` until `deliver`, instead of handling them at once. */
  readonly holdMoved?: boolean;
}

/** The chain of the reference's deployment on stores in memory, with all that a test looks at. */
export class Engine {
  readonly stores: Stores;
  readonly closer = new CollectingCloser();
  readonly clock = new ManualClock();
  readonly moved: (readonly FiledHit[])[] = [];
  readonly deadLetters: { readonly id: string; readonly reason: string }[] = [];
  readonly outcomes: HitOutcome[] = [];
  readonly retries: HandOver[] = [];
  readonly postponed: string[] = [];
  readonly emptyCompactions: string[] = [];
  readonly trigger: CloseTrigger;
  readonly middlewares: readonly Middleware[];
  readonly handler: Handler;
  /** Set by a test to make the next push fail. */
  failNextPush = false;
  /** D in seconds, changeable while it runs (E37). */
  timeoutS: number;

  constructor(private readonly options: EngineOptions) {
    this.timeoutS = options.timeoutS;
    this.stores = options.stores ?? new Stores();
    const { kv, sets, stamps, aux } = this.stores;
    const sizeOf = options.sizeOf ?? sizeOfHit;
    this.trigger = new CloseTrigger({
      settings: {
        tickMs: options.tickMs ?? 1_000,
        retentionMs: options.retentionMs ?? 7_200_000,
        timeoutMsOf: () => this.timeoutS * 1_000,
        hardCapsOf: () => ({ hits: 10_000, ms: 86_400_000, bytes: 8_388_608, ...options.caps }),
        sizeOf,
      },
      closer: options.closer ?? this.closer,
      clock: this.clock,
      report: {
        retrying: handOver => void this.retries.push(handOver),
        parked: () => undefined,
        postponed: sessionKey => void this.postponed.push(sessionKey),
        notDropped: () => undefined,
      },
    });
    const receiver: ReceiverStorage = { push: hits => this.push(hits) };
    const compactor =
      options.compactBytes === undefined
        ? []
        : [
            new Compactor({
              codec: BINARY_HIT_LISTS,
              thresholdBytes: options.compactBytes,
              sizeOf: filed => sizeOf(filed.hit),
              onNothingToCompact: key => void this.emptyCompactions.push(key),
            }),
          ];
    this.middlewares = [new Evicter(stamps, receiver), this.trigger, ...compactor];
    this.handler = new Handler({
      kv,
      sets,
      aux,
      guard: options.guard ?? passThroughGuard({ joinByUserId: options.joinByUserId ?? false }),
      codec: BINARY_HITS,
      middlewares: this.middlewares,
      deadLetters: { push: ({ id }, reason) => void this.deadLetters.push({ id, reason }) },
      onOutcome: (_hit, outcome) => void this.outcomes.push(outcome),
    });
  }

  /** A new process on the same stores. */
  restarted(): Engine {
    return new Engine({ ...this.options, stores: this.stores });
  }

  /** One task; what its merges moved comes back before this returns, unless it is held. */
  async take(...hits: readonly Hit[]): Promise<void> {
    await this.task({ headers: {}, hits: hits.map(given => ({ hit: given })) });
  }

  async task(task: Task): Promise<void> {
    await this.handler.handle(task);
    if (this.options.holdMoved !== true) await this.deliver();
  }

  async deliver(): Promise<void> {
    for (let hits = this.moved.shift(); hits !== undefined; hits = this.moved.shift()) await this.handler.handle({ headers: {}, hits });
  }

  ping(atS: number): Promise<void> {
    return this.handler.ping(atS * 1_000);
  }

  /** At most so many buckets; how many were passed. */
  tick(bucketsMax = 1): Promise<number> {
    return this.trigger.advance(this.handler.context, bucketsMax);
  }

  /** One bucket per turn until there is nothing to do; how many. */
  async settle(): Promise<number> {
    let passed = 0;
    while ((await this.tick()) > 0) passed += 1;
    return passed;
  }

  /** Ids of the hits of every proto-session that closed, in the order of closing. */
  get closed(): readonly (readonly string[])[] {
    return this.closer.closed.map(({ hits }) => hits.map(({ id }) => id));
  }

  next(): Promise<number | null> {
    return this.trigger.nextBucket(this.handler.context);
  }

  async expiry(sessionKey: string): Promise<number | null> {
    return this.handler.context.expiries.read(sessionKey);
  }

  /** Ids of the hits stored under a key, sorted by name. */
  async stored(sessionKey: string): Promise<readonly string[]> {
    return (await this.handler.context.collectAll(sessionKey)).map(({ hit: { id } }) => id).sort();
  }

  /** Every key of the three stores of part 4, with texts for values and members; hits as their ids. */
  inventory(): Inventory {
    const texts = (entries: readonly (readonly [string, Uint8Array])[]): Record<string, string> =>
      Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value).toString()] as const));
    const { kv, sets, stamps } = this.stores;
    return {
      kv: texts(kv.entries()),
      stamps: texts(stamps.entries()),
      sets: Object.fromEntries(
        sets.keys().map(key => [
          key,
          sets
            .all(key)
            .map(member => (key.startsWith('sessions.hits.') ? idOf(member) : textOf(member)))
            .sort(),
        ]),
      ),
    };
  }

  private push(hits: readonly FiledHit[]): Promise<void> | undefined {
    if (this.failNextPush) {
      this.failNextPush = false;
      return Promise.reject(new Error('the receiver storage is down'));
    }
    this.moved.push(hits);
    return undefined;
  }
}

export interface Inventory {
  readonly kv: Readonly<Record<string, string>>;
  readonly sets: Readonly<Record<string, readonly string[]>>;
  readonly stamps: Readonly<Record<string, string>>;
}

const textOf = (member: Uint8Array): string => Buffer.from(member).toString();

const idOf = (member: Uint8Array): string => BINARY_HITS.decode(member).hit.id;
