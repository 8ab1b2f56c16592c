import { bucketNumber, LIVE_LANE, type Scope } from '../../domain/index.js';
import type { HitRecord, IngestCall } from '../store/session-store.js';
import type { SourceEntry, TimedRecord } from './source-entry.js';

/** What one call may carry, so that no script holds the server for long (sessions §12.3, §12.6). */
export const CALL_LIMITS = { hitsMax: 200, bytesMax: 262_144 } as const;

/** A place between hits: `hit` of the records of `entry` for the state partition are done. */
export interface Cursor {
  readonly entry: number;
  readonly hit: number;
}

export interface CallContext {
  readonly source: number;
  readonly state: number;
  readonly epoch: number;
  readonly tickMs: number;
  /** Wheels of this state partition that the source drives. */
  readonly scopes: readonly Scope[];
  readonly rebuild?: string;
}

/** The next call for one state partition, and where the one after it begins. */
export interface PlannedCall {
  readonly call: IngestCall;
  readonly end: Cursor;
}

/**
 * Takes as many consecutive messages as fit into one call of one lane. `next` moves over complete messages only: one that does not fit
 * into a call is applied in parts, and a crash between them repeats it from its beginning (its hits are then known).
 */
export const nextCall = (context: CallContext, entries: readonly SourceEntry[], start: Cursor, previous: number): PlannedCall => {
  const draft = new Draft(context, previous);
  let index = start.entry;
  let done = start.hit;
  for (; index < entries.length; index += 1, done = 0) {
    const entry = entries[index];
    if (entry === undefined || !draft.accepts(entry)) break;
    const records = entry.records.get(context.state) ?? [];
    const taken = draft.add(entry, records, done);
    if (done + taken < records.length) return { call: draft.call(), end: { entry: index, hit: done + taken } };
    draft.complete(entry);
  }
  return { call: draft.call(), end: { entry: index, hit: done } };
};

class Draft {
  readonly #hits: HitRecord[] = [];
  readonly #watermarks: Partial<Record<Scope, number>> = {};
  readonly #firstBuckets: Partial<Record<Scope, number>> = {};
  #lane: string | undefined;
  #bytes = 0;
  #next: number;

  constructor(
    private readonly context: CallContext,
    private readonly previous: number,
  ) {
    this.#next = previous;
  }

  /** Whether the entry's lane is that of the call, or the entry has nothing for this state partition. */
  accepts(entry: SourceEntry): boolean {
    return this.#lane === undefined || this.#lane === entry.lane || !this.#concerns(entry);
  }

  /** Adds the records from `done` on that still fit; the first of a call always does. */
  add(entry: SourceEntry, records: readonly TimedRecord[], done: number): number {
    if (!this.#concerns(entry)) return records.length - done;
    let taken = 0;
    for (const { record, countedMs } of records.slice(done)) {
      if (this.#hits.length > 0 && !this.#fits(record)) return taken;
      this.#hits.push(record);
      this.#bytes += record.encoded.length;
      this.#lower(record.property.scope, bucketNumber(countedMs, this.context.tickMs));
      this.#lane = entry.lane;
      taken += 1;
    }
    return taken;
  }

  /** All of the entry is in: position and watermark may pass it. */
  complete(entry: SourceEntry): void {
    this.#next = entry.sequence;
    if (!this.#concerns(entry) || entry.watermarkMs === undefined) return;
    this.#lane = entry.lane;
    for (const scope of this.context.scopes) {
      this.#watermarks[scope] = Math.max(this.#watermarks[scope] ?? Number.NEGATIVE_INFINITY, entry.watermarkMs);
    }
  }

  call(): IngestCall {
    const { source, state, epoch, rebuild } = this.context;
    return {
      state,
      lane: this.#lane ?? LIVE_LANE,
      source,
      previous: this.previous,
      next: this.#next,
      epoch,
      watermarksMs: this.#watermarks,
      firstBuckets: this.#firstBuckets,
      hits: this.#hits,
      ...(rebuild === undefined ? {} : { rebuild }),
    };
  }

  /** An import moves the wheels of a state partition with its own hits and its end only; what is live moves them all (sessions §12.2). */
  #concerns(entry: SourceEntry): boolean {
    if (entry.lane === LIVE_LANE) return entry.watermarkMs !== undefined;
    return entry.completesLane || (entry.records.get(this.context.state)?.length ?? 0) > 0;
  }

  #fits(record: HitRecord): boolean {
    return this.#hits.length < CALL_LIMITS.hitsMax && this.#bytes + record.encoded.length <= CALL_LIMITS.bytesMax;
  }

  #lower(scope: Scope, bucket: number): void {
    const known = this.#firstBuckets[scope];
    if (known === undefined || bucket < known) this.#firstBuckets[scope] = bucket;
  }
}
