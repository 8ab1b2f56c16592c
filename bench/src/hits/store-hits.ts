import assert from 'node:assert/strict';
import { bucketNumber, settingsOf, Guard, type Property, type Scope } from '@drawdown/sessions/domain';
import { HitRecords, type HitRecord, type IngestCall, type RedisSessionStore } from '@drawdown/sessions';
import { clientAt, stampAt, webHit } from './web-hits.js';

const HITS_PER_CALL = 200;
export const BASE_MS = 1_735_689_600_000;
const TICK_MS = 1_000;
const STATE = 7;

export const propertyOf = (scope: Scope): Property => ({
  namespace: 'bench',
  propertyId: `by-${scope}`,
  settings: settingsOf({ scope }),
  settingsVersion: 1,
});

/** Hits of a stretch of the stream as the service makes them ready for the store. */
export class RecordMaker {
  readonly #records = new HitRecords(new Guard(), TICK_MS);

  constructor(
    private readonly property: Property,
    private readonly clients: number,
    private readonly msPerHit: number,
  ) {}

  /** Batches of one call each, for hits from `from` on. */
  batches(from: number, hits: number): HitRecord[][] {
    const batches: HitRecord[][] = [];
    for (let index = from; index < from + hits; index += 1) {
      if ((index - from) % HITS_PER_CALL === 0) batches.push([]);
      batches.at(-1)?.push(this.#record(index));
    }
    return batches;
  }

  #record(index: number): HitRecord {
    const { namespace, propertyId } = this.property;
    const stamp = this.property.settings.scope === 'property' ? { stamp: stampAt(index, this.clients) } : {};
    const atMs = BASE_MS + Math.floor(index * this.msPerHit);
    return this.#records.of(webHit({ namespace, propertyId, client: clientAt(index, this.clients), atMs, ...stamp }), this.property);
  }
}

/** What one run of calls did. */
export interface Ingested {
  readonly callMs: number[];
  readonly outcomes: Map<string, number>;
  merges: number;
}

/** Sources that bring hits to one state partition: each call after call, several of them beside each other. */
export class Sources {
  readonly #positions = new Map<number, number>();

  constructor(
    private readonly store: RedisSessionStore,
    private readonly scope: Scope,
    private readonly state = STATE,
  ) {}

  async ingest(batches: readonly (readonly HitRecord[])[], sources: number): Promise<Ingested> {
    const done: Ingested = { callMs: [], outcomes: new Map(), merges: 0 };
    let next = 0;
    const bring = async (source: number): Promise<void> => {
      for (let batch = batches[next++]; batch !== undefined; batch = batches[next++]) await this.#call(source, batch, done);
    };
    await Promise.all(Array.from({ length: sources }, (_, source) => bring(source)));
    return done;
  }

  /** Event time has come so far, for every source. */
  async reach(watermarkMs: number, sources: number): Promise<void> {
    for (let source = 0; source < sources; source += 1) {
      const reply = await this.store.ingest({
        ...this.#next(source),
        watermarksMs: { [this.scope]: watermarkMs },
        firstBuckets: {},
        hits: [],
      });
      assert.equal(reply.kind, 'applied');
    }
  }

  async #call(source: number, hits: readonly HitRecord[], done: Ingested): Promise<void> {
    const times = hits.map(({ receivedAtMs }) => receivedAtMs);
    const call: IngestCall = {
      ...this.#next(source),
      watermarksMs: { [this.scope]: Math.max(...times) },
      firstBuckets: { [this.scope]: bucketNumber(Math.min(...times), TICK_MS) },
      hits,
    };
    const startedMs = performance.now();
    const reply = await this.store.ingest(call);
    done.callMs.push(performance.now() - startedMs);
    assert(reply.kind === 'applied', `the call was ${reply.kind}`);
    done.merges += reply.merges;
    for (const { outcome } of reply.results) done.outcomes.set(outcome, (done.outcomes.get(outcome) ?? 0) + 1);
  }

  #next(source: number): Pick<IngestCall, 'state' | 'lane' | 'source' | 'previous' | 'next' | 'epoch'> {
    const previous = this.#positions.get(source) ?? 0;
    this.#positions.set(source, previous + 1);
    return { state: this.state, lane: 'live', source, previous, next: previous + 1, epoch: 1 };
  }
}
