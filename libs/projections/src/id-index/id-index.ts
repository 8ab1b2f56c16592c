import { createHash } from 'node:crypto';
import { ProjectionUnavailable } from '../faults.js';
import type { ReadModel } from '../read-model.js';
import type { CollectionDeclaration, ProjectionWrite, Stamp } from '../types.js';
import type { Entries } from './entries.js';
import { IdTable } from './id-table.js';
import { wordsOf, type KeyWords } from './key-words.js';
import { dueForMerge, mergeRuns } from './merge.js';
import { INDEX_MAX, laterOf, SEQUENCE_MAX, type HashKey, type Place } from './place.js';
import { covering, runOf, type FilledSegment, type Run, type Segment, type SegmentDocument } from './segment.js';
import type { SegmentCache } from './segment-cache.js';
import { segmentsOf } from './segment-writer.js';
import { SegmentStore } from './store.js';

/** How often a look-up starts again because its segments were merged away under it. */
const LOOKUP_ATTEMPTS_MAX = 5;

export interface IdIndexOptions {
  readonly readModel: ReadModel;
  readonly declaration: CollectionDeclaration<SegmentDocument>;
  readonly partition: number;
  /** Shared by all partitions of the process. */
  readonly cache: SegmentCache;
  /** How long an id is remembered, by server time (`idWindowDays`, design §4.7). */
  readonly windowMs: number;
  /** Unique texts for merged runs. */
  readonly newId: () => string;
}

export interface Maintained {
  readonly merged: number;
  readonly dropped: number;
}

/**
 * Where each id of one partition was seen: 128-bit hash → (sequence, index), exact, for events and commands alike (design §4.7).
 *
 * New ids lie in a table in memory until the flush stores them as a run of sorted segments beside the other documents. Filters of all
 * segments stay in memory, so that "never seen" is answered at once. Every entry is a fact of the log: entries that are stored twice,
 * by a replay, a second owner or an interrupted merge, change no answer.
 */
export class IdIndex {
  private table = new IdTable();
  private firstTimeMs = Number.POSITIVE_INFINITY;
  private lastTimeMs = Number.NEGATIVE_INFINITY;
  private unflushed: FilledSegment[] = [];
  private runs: readonly Run[] = [];
  private readonly reading = new Map<string, Promise<Entries | undefined>>();
  private readonly store: SegmentStore;

  private constructor(private readonly options: IdIndexOptions) {
    this.store = new SegmentStore(options.readModel, options.declaration, options.partition);
  }

  static async load(options: IdIndexOptions): Promise<IdIndex> {
    const index = new IdIndex(options);
    await index.reload();
    return index;
  }

  /**
   * The latest place before `before` where this id was added. `undefined` at once when it surely was not; a promise only when a
   * filter says "maybe" and the segment is not in memory. Whether the place is still inside the window is for the caller to
   * decide by the message's own time: old runs are dropped late, never early.
   */
  lookup(key: HashKey, before: Place): Place | undefined | Promise<Place | undefined> {
    const words = wordsOf(key);
    const recent = this.findRecent(words, before);
    if (recent !== undefined) return recent;
    let found: Place | undefined;
    for (const run of this.runs) {
      const segment = covering(run, words);
      if (segment === undefined || !segment.filter.mayHold(words)) continue;
      const entries = this.options.cache.get(this.cacheKey(segment));
      if (entries === undefined) return this.lookupStored(words, before);
      found = laterOf(found, entries.find(words, before));
    }
    return found;
  }

  /** Remembers that this id was seen, in memory until the next flush. `timeMs` is the message's server time. The same again is harmless. */
  add(key: HashKey, place: Place, timeMs: number): void {
    const { sequence, index } = place;
    if (!Number.isInteger(sequence) || sequence < 1 || sequence > SEQUENCE_MAX)
      throw new RangeError(`sequence ${sequence} is out of range`);
    if (!Number.isInteger(index) || index < 0 || index > INDEX_MAX) throw new RangeError(`index ${index} is out of range`);
    this.table.add(wordsOf(key), place);
    if (timeMs < this.firstTimeMs) this.firstTimeMs = timeMs;
    if (timeMs > this.lastTimeMs) this.lastTimeMs = timeMs;
  }

  /** The documents to store with the next flush; after it {@link flushed}. Asked again before that, they come again. */
  pendingSegments(): ProjectionWrite[] {
    if (this.table.count > 0) {
      const entries = this.table.drain();
      const run = `${this.options.partition}:${digestOf(entries)}`;
      this.unflushed.push(...segmentsOf(run, entries, { firstTimeMs: this.firstTimeMs, lastTimeMs: this.lastTimeMs }));
      this.firstTimeMs = Number.POSITIVE_INFINITY;
      this.lastTimeMs = Number.NEGATIVE_INFINITY;
    }
    return this.unflushed.map(filled => this.store.write(filled));
  }

  /** The documents of the last {@link pendingSegments} are stored. */
  flushed(): void {
    const byRun = new Map<string, Segment[]>();
    for (const { segment, entries } of this.unflushed) {
      this.options.cache.put(this.cacheKey(segment), entries);
      byRun.set(segment.run, [...(byRun.get(segment.run) ?? []), segment]);
    }
    const known = this.runs.filter(run => !byRun.has(run.id));
    this.runs = [...known, ...[...byRun.values()].map(runOf)];
    this.unflushed = [];
  }

  /**
   * Drops the runs that are older than the window and merges one group of small ones, if there is anything of that kind.
   * To be called in the background, one call at a time; may be interrupted anywhere. Add and look up as before meanwhile.
   */
  async maintain(stamp: Stamp): Promise<Maintained> {
    const expired = this.runs.filter(run => run.lastTimeMs + this.options.windowMs < stamp.writtenAtMs);
    await this.retire(expired);
    const inputs = dueForMerge(this.runs);
    if (inputs.length === 0) return { merged: 0, dropped: expired.length };
    const merged = await mergeRuns(inputs, {
      store: this.store,
      stamp,
      runId: `${this.options.partition}:${this.options.newId()}`,
      read: segment => this.entriesOf(segment),
    });
    if (merged === undefined) {
      await this.reload();
      return { merged: 0, dropped: expired.length };
    }
    this.runs = [...this.runs, merged];
    await this.retire(inputs);
    return { merged: inputs.length, dropped: expired.length };
  }

  /** What it holds in memory beside the shared cache: filters and the ids that are not flushed. */
  get memoryBytes(): number {
    const filters = this.runs.flatMap(run => run.segments).reduce((sum, segment) => sum + segment.filter.bytes.byteLength, 0);
    const waiting = this.unflushed.reduce(
      (sum, { entries, segment }) => sum + entries.bytes.byteLength + segment.filter.bytes.byteLength,
      0,
    );
    return filters + waiting + this.table.memoryBytes;
  }

  /** Runs that a look-up has to ask. */
  get runCount(): number {
    return this.runs.length;
  }

  private findRecent(words: KeyWords, before: Place): Place | undefined {
    let found = this.table.find(words, before);
    for (const { segment, entries } of this.unflushed) {
      if (words[0] < segment.fromWord || words[0] > segment.toWord) continue;
      found = laterOf(found, entries.find(words, before));
    }
    return found;
  }

  /** The look-up that may have to read; begins again when a segment is gone, because then it stands in another one. */
  private async lookupStored(words: KeyWords, before: Place): Promise<Place | undefined> {
    for (let attempt = 0; attempt < LOOKUP_ATTEMPTS_MAX; attempt += 1) {
      const asked = this.runs;
      const maybe = asked
        .map(run => covering(run, words))
        .filter(segment => segment !== undefined)
        .filter(segment => segment.filter.mayHold(words));
      const read = await Promise.all(maybe.map(segment => this.entriesOf(segment)));
      if (read.every(entries => entries !== undefined)) {
        return read.map(entries => entries.find(words, before)).reduce(laterOf, this.findRecent(words, before));
      }
      // Our own merge has replaced the runs already; another owner's has to be read.
      if (this.runs === asked) await this.reload();
    }
    throw new ProjectionUnavailable(`looking up an id of partition ${this.options.partition}`, new Error('its segments keep vanishing'));
  }

  private entriesOf(segment: Segment): Promise<Entries | undefined> {
    const key = this.cacheKey(segment);
    const cached = this.options.cache.get(key);
    if (cached !== undefined) return Promise.resolve(cached);
    const underWay = this.reading.get(key);
    if (underWay !== undefined) return underWay;
    const reading = this.store.entries(segment.id).then(entries => {
      if (entries !== undefined) this.options.cache.put(key, entries);
      return entries;
    });
    const settled = reading.finally(() => this.reading.delete(key));
    this.reading.set(key, settled);
    return settled;
  }

  private async retire(runs: readonly Run[]): Promise<void> {
    if (runs.length === 0) return;
    const segments = runs.flatMap(run => run.segments);
    this.runs = this.runs.filter(run => !runs.includes(run));
    for (const segment of segments) this.options.cache.delete(this.cacheKey(segment));
    await this.store.delete(segments);
  }

  private async reload(): Promise<void> {
    this.runs = await this.store.runs();
  }

  private cacheKey(segment: Segment): string {
    return `${this.options.readModel.generation}/${this.options.declaration.name}/${segment.id}`;
  }
}

/**
 * Names a run by what is in it: the same ids flushed again after a crash are the same run, so that a crash loop does not pile them up, and other ids are
 * another one. Sequences cannot name it: places of several streams lie in one index, and the same numbers occur in each.
 */
const digestOf = ({ bytes }: Entries): string => createHash('sha256').update(bytes).digest('base64url');
