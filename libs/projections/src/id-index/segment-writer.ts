import { Entries } from './entries.js';
import { fillSegment, SEGMENT_ENTRIES_MAX, type FilledSegment, type TimeSpan } from './segment.js';

/**
 * Cuts entries that arrive in order into the segments of one run.
 * Entries that share their first word stay together, or the search for the right segment would miss some; the same entry twice is kept once.
 */
export class SegmentWriter {
  private entries = Entries.allocate(SEGMENT_ENTRIES_MAX);
  private count = 0;
  private cut = 0;

  constructor(
    private readonly run: string,
    private readonly times: TimeSpan,
  ) {}

  /** Takes one entry; gives the segment that it closes, if it closes one. */
  push(source: Entries, entry: number): FilledSegment | undefined {
    if (this.count > 0 && source.compare(entry, this.entries, this.count - 1) === 0) return undefined;
    const startsWord = this.count > 0 && source.word(entry, 0) !== this.entries.word(this.count - 1, 0);
    const closed = startsWord && this.count >= SEGMENT_ENTRIES_MAX ? this.close() : undefined;
    if (this.count >= this.entries.count) this.makeRoom();
    this.entries.copyFrom(source, entry, this.count);
    this.count += 1;
    return closed;
  }

  /** The segment of what is left; `undefined` when nothing is. */
  close(): FilledSegment | undefined {
    if (this.count === 0) return undefined;
    const filled = fillSegment(this.run, this.cut, this.entries.first(this.count), this.times);
    this.count = 0;
    this.cut += 1;
    return filled;
  }

  private makeRoom(): void {
    const larger = Entries.allocate(this.entries.count * 2);
    larger.bytes.set(this.entries.bytes);
    this.entries = larger;
  }
}

/** The segments of one run from entries that are all there. */
export const segmentsOf = (run: string, entries: Entries, times: TimeSpan): FilledSegment[] => {
  const writer = new SegmentWriter(run, times);
  const filled: FilledSegment[] = [];
  for (let entry = 0; entry < entries.count; entry += 1) {
    const closed = writer.push(entries, entry);
    if (closed !== undefined) filled.push(closed);
  }
  const last = writer.close();
  return last === undefined ? filled : [...filled, last];
};
