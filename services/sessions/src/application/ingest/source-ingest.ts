import type { StoredMessage } from '@drawdown/eventlog';
import type { Delivery } from '@drawdown/partitions';
import { LIVE_LANE, type Hit, type Property, type Scope } from '../../domain/index.js';
import type { HitRecord } from '../store/session-store.js';
import type { IngestObserver, KnownProperties, RefusedHit, RefusedHits, HitStore } from './ports.js';
import { countedMs, watermarkOf, type SourceEntry, type TimedRecord } from './source-entry.js';
import type { SourceMessage } from './source-message.js';
import { StateBringer, type BroughtCall } from './state-bringer.js';

/** Whether a rebuild passes over a hit: it is closed, was refused or erased. */
export type SkipsHit = (message: StoredMessage, lane: string, hit: Hit) => boolean;

export interface SourceIngestOptions {
  readonly source: number;
  /** Fencing epoch of the source's lease. */
  readonly epoch: number;
  readonly tickMs: number;
  readonly store: HitStore;
  readonly properties: KnownProperties;
  readonly refused: RefusedHits;
  readonly observer: IngestObserver;
  readonly toRecord: (hit: Hit, property: Property) => HitRecord;
  /** State partition of a hit by its property's scope (sessions §12.1). */
  readonly stateOf: (hit: Hit, scope: Scope) => number;
  /** How far each state partition is known to have been brought; absent = never. */
  readonly brought: ReadonlyMap<number, number>;
  /** Rebuild token, while this reads again what a lost state partition held; then only `only` is brought. */
  readonly rebuild?: { readonly state: number; readonly token: string; readonly isSkipped: SkipsHit };
}

/** Takes the messages of one source partition to the state partitions, in order (sessions §12.5). */
export class SourceIngest {
  readonly #bringers = new Map<number, StateBringer>();
  /** Refused by the store, which has moved on: kept here until they lie in the dead letters. */
  #overQuota: RefusedHit[] = [];
  #latestWatermarkMs: number | undefined;

  constructor(private readonly options: SourceIngestOptions) {}

  /** How far every state partition was brought, for the registry. */
  get brought(): ReadonlyMap<number, number> {
    return new Map([...this.#bringers].map(([state, bringer]) => [state, bringer.sequence]));
  }

  /** Latest event time of lane `live`. */
  get watermarkMs(): number | undefined {
    return this.#latestWatermarkMs;
  }

  /**
   * Durable in the store when it resolves; safe to repeat with the same messages.
   * The source's own state partition comes last: its position tells a later owner where to begin, so it must not run ahead of the others.
   * @throws Fault `STATE_LOST`, or what the store throws
   */
  async apply(batch: readonly Delivery<SourceMessage>[]): Promise<void> {
    const refused: RefusedHit[] = [];
    const entries = await this.#entriesOf(batch, refused);
    const { rebuild, source, properties } = this.options;
    if (rebuild !== undefined) {
      await this.#bring(rebuild.state, entries, batch);
    } else {
      const others = properties.propertyStates().filter(state => state !== source);
      await settled(others.map(state => this.#bring(state, entries, batch)));
      await this.#keepOverQuota();
      await this.#bring(source, entries, batch);
      await this.#keepOverQuota();
    }
    if (rebuild === undefined) this.#countRefused(batch, refused);
    for (const { lane, watermarkMs } of entries) if (lane === LIVE_LANE && watermarkMs !== undefined) this.#note(watermarkMs);
  }

  async #bring(state: number, entries: readonly SourceEntry[], batch: readonly Delivery<SourceMessage>[]): Promise<void> {
    const scopes: Scope[] = state === this.options.source ? ['client', 'property'] : ['property'];
    await this.#bringer(state).bring(entries, scopes, brought => this.#observe(brought, batch));
  }

  async #keepOverQuota(): Promise<void> {
    if (this.#overQuota.length === 0) return;
    await this.options.refused.keep(this.#overQuota);
    this.#overQuota = [];
  }

  #bringer(state: number): StateBringer {
    let bringer = this.#bringers.get(state);
    if (bringer === undefined) {
      const { store, source, epoch, tickMs, brought, rebuild } = this.options;
      const context = { source, state, epoch, tickMs, ...(rebuild === undefined ? {} : { rebuild: rebuild.token }) };
      bringer = new StateBringer(store, context, brought.get(state) ?? 0);
      this.#bringers.set(state, bringer);
    }
    return bringer;
  }

  #observe({ call, results, merges, opened, elapsedMs }: BroughtCall, batch: readonly Delivery<SourceMessage>[]): void {
    const { observer, rebuild } = this.options;
    observer.onCall(elapsedMs);
    if (rebuild === undefined && merges > 0) observer.onMerges(merges);
    if (rebuild === undefined && opened > 0) observer.onOpened(opened);
    results.forEach(({ outcome, capped }, index) => {
      const record = call.hits[index];
      if (record === undefined) return;
      if (rebuild !== undefined) return;
      if (outcome === 'refused') this.#overQuota.push(...refusedOf(record, batch));
      if (outcome === 'refused') observer.onRefused('QUOTA_EXCEEDED', record.property);
      else observer.onHit(outcome, record.property);
      if (capped) observer.onHit('capped', record.property);
    });
  }

  /** Hits that never reached the store, each by its reason (D21). */
  #countRefused(batch: readonly Delivery<SourceMessage>[], refused: readonly RefusedHit[]): void {
    const { observer, properties } = this.options;
    for (const { reason } of refused) observer.onRefused(reason, undefined);
    for (const { value } of batch) {
      if (value?.kind !== 'hits') continue;
      for (const { reason, namespace, propertyId } of value.rejections) {
        const isKnown = namespace !== undefined && propertyId !== undefined && properties.get(namespace, propertyId) !== undefined;
        observer.onRefused(reason, isKnown ? { namespace, propertyId } : undefined);
      }
    }
  }

  async #entriesOf(batch: readonly Delivery<SourceMessage>[], refused: RefusedHit[]): Promise<readonly SourceEntry[]> {
    if (this.#hasUnknownProperty(batch)) await this.options.properties.current();
    const entries = batch.map(delivery => this.#entryOf(delivery, refused));
    if (refused.length > 0) await this.options.refused.keep(refused);
    return entries;
  }

  #hasUnknownProperty(batch: readonly Delivery<SourceMessage>[]): boolean {
    const { properties } = this.options;
    return batch.some(
      ({ value }) => value?.kind === 'hits' && value.hits.some(hit => properties.get(hit.namespace, hit.propertyId) === undefined),
    );
  }

  #entryOf({ message, value }: Delivery<SourceMessage>, refused: RefusedHit[]): SourceEntry {
    const { sequence, timeMs } = message;
    if (value === undefined) return { sequence, lane: LIVE_LANE, watermarkMs: undefined, completesLane: false, records: NO_RECORDS };
    const watermarkMs = watermarkOf(value, timeMs);
    if (value.kind !== 'hits') {
      const lane = value.kind === 'ping' ? LIVE_LANE : value.lane;
      return { sequence, lane, watermarkMs, completesLane: value.kind === 'import_completed', records: NO_RECORDS };
    }
    const records = new Map<number, TimedRecord[]>();
    for (const [place, hit] of value.hits.entries()) {
      if (this.options.rebuild?.isSkipped(message, value.lane, hit) === true) continue;
      const property = this.options.properties.get(hit.namespace, hit.propertyId);
      if (property === undefined) {
        refused.push({ message, place, hitId: hit.id, namespace: hit.namespace, propertyId: hit.propertyId, reason: 'UNKNOWN_PROPERTY' });
        continue;
      }
      const state = this.options.stateOf(hit, property.settings.scope);
      const timed = { record: this.options.toRecord(hit, property), countedMs: countedMs(value.lane, hit.receivedAtMs, timeMs) };
      const known = records.get(state);
      if (known === undefined) records.set(state, [timed]);
      else known.push(timed);
    }
    return { sequence, lane: value.lane, watermarkMs, completesLane: false, records };
  }

  #note(watermarkMs: number): void {
    if (this.#latestWatermarkMs === undefined || watermarkMs > this.#latestWatermarkMs) this.#latestWatermarkMs = watermarkMs;
  }
}

const NO_RECORDS: ReadonlyMap<number, readonly TimedRecord[]> = new Map();

/** The messages that brought a hit which was over a quota. */
const refusedOf = ({ id, property }: HitRecord, batch: readonly Delivery<SourceMessage>[]): readonly RefusedHit[] => {
  const { namespace, propertyId } = property;
  return batch.flatMap(({ message, value }): RefusedHit[] => {
    if (value?.kind !== 'hits') return [];
    const place = value.hits.findIndex(hit => hit.id === id && hit.propertyId === propertyId && hit.namespace === namespace);
    return place === -1 ? [] : [{ message, place, hitId: id, namespace, propertyId, reason: 'QUOTA_EXCEEDED' }];
  });
};

/** Waits for all, so that nothing runs on behind a failure; then fails with the first. */
const settled = async (all: readonly Promise<void>[]): Promise<void> => {
  for (const outcome of await Promise.allSettled(all)) if (outcome.status === 'rejected') throw outcome.reason;
};
