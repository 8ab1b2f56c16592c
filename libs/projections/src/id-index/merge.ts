import type { Stamp } from '../types.js';
import type { Entries } from './entries.js';
import { runOf, type FilledSegment, type Run, type Segment } from './segment.js';
import { SegmentWriter } from './segment-writer.js';
import type { SegmentStore } from './store.js';

/** So many runs of one size are merged into one of the next; more would mean more filters to ask for each id. */
const RUNS_PER_MERGE = 4;
const SMALLEST_TIER_ENTRIES_MAX = 1_024;
/** Larger runs stay as they are, so that old ones still fall out of the id window in parts. */
const MERGED_ENTRIES_MAX = 4_194_304;

const tierOf = (run: Run): number => {
  let tier = 0;
  for (let entries = SMALLEST_TIER_ENTRIES_MAX; run.count > entries; entries *= RUNS_PER_MERGE) tier += 1;
  return tier;
};

/** The runs to merge next: of the smallest size of which there are enough; none when there is nothing to do. */
export const dueForMerge = (runs: readonly Run[]): readonly Run[] => {
  const tiers = new Map<number, Run[]>();
  for (const run of runs) {
    if (run.count * RUNS_PER_MERGE <= MERGED_ENTRIES_MAX) tiers.set(tierOf(run), [...(tiers.get(tierOf(run)) ?? []), run]);
  }
  const [smallest] = [...tiers].filter(([, members]) => members.length >= RUNS_PER_MERGE).sort(([a], [b]) => a - b);
  return smallest?.[1].slice(0, RUNS_PER_MERGE) ?? [];
};

/** Walks over the entries of a run in order, one segment in memory at a time. */
class RunCursor {
  private position = -1;
  entries: Entries | undefined;
  entry = 0;

  constructor(
    private readonly run: Run,
    private readonly read: (segment: Segment) => Promise<Entries | undefined>,
  ) {}

  /** Goes to the next segment; `gone` when somebody else took it away. */
  async nextSegment(): Promise<'opened' | 'ended' | 'gone'> {
    this.position += 1;
    this.entry = 0;
    const segment = this.run.segments[this.position];
    if (segment === undefined) {
      this.entries = undefined;
      return 'ended';
    }
    this.entries = await this.read(segment);
    return this.entries === undefined ? 'gone' : 'opened';
  }

  get current(): Entries | undefined {
    return this.entries;
  }
}

export interface MergeSteps {
  readonly store: SegmentStore;
  readonly stamp: Stamp;
  /** Unique for ever: a repeated merge of inputs that are half deleted must not overwrite a complete one. */
  readonly runId: string;
  readonly read: (segment: Segment) => Promise<Entries | undefined>;
}

/**
 * Writes one run with everything that stands in `runs` and leaves those alone; `undefined` when one of them went away meanwhile.
 * Until the caller deletes the inputs both are there, which no reader minds.
 */
export const mergeRuns = async (runs: readonly Run[], steps: MergeSteps): Promise<Run | undefined> => {
  const cursors = runs.map(run => new RunCursor(run, steps.read));
  const times = { firstTimeMs: Math.min(...runs.map(run => run.firstTimeMs)), lastTimeMs: Math.max(...runs.map(run => run.lastTimeMs)) };
  const writer = new SegmentWriter(steps.runId, times);
  const written: Segment[] = [];
  const put = async (filled: FilledSegment | undefined): Promise<void> => {
    if (filled === undefined) return;
    await steps.store.put(filled, steps.stamp);
    written.push(filled.segment);
  };
  for (const cursor of cursors) if ((await cursor.nextSegment()) === 'gone') return abandon(written, steps.store);
  for (let least = leastOf(cursors); least !== undefined; least = leastOf(cursors)) {
    const closed = writer.push(least.entries, least.cursor.entry);
    if (closed !== undefined) await put(closed);
    least.cursor.entry += 1;
    if (least.cursor.entry >= least.entries.count && (await least.cursor.nextSegment()) === 'gone') return abandon(written, steps.store);
  }
  await put(writer.close());
  return runOf(written);
};

const leastOf = (cursors: readonly RunCursor[]): { cursor: RunCursor; entries: Entries } | undefined => {
  let least: RunCursor | undefined;
  let leastEntries: Entries | undefined;
  for (const cursor of cursors) {
    const entries = cursor.current;
    if (entries === undefined) continue;
    if (least === undefined || leastEntries === undefined || entries.compare(cursor.entry, leastEntries, least.entry) < 0) {
      least = cursor;
      leastEntries = entries;
    }
  }
  return least === undefined || leastEntries === undefined ? undefined : { cursor: least, entries: leastEntries };
};

/** What was written holds nothing but true entries, yet nobody needs it. */
const abandon = async (written: readonly Segment[], store: SegmentStore): Promise<undefined> => {
  await store.delete(written);
  return undefined;
};
