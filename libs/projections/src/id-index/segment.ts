import { Binary } from 'mongodb';
import type { CollectionDeclaration, ProjectedDocument } from '../types.js';
import { BloomFilter } from './bloom-filter.js';
import { Entries } from './entries.js';
import type { KeyWords } from './key-words.js';

/** 256 KiB of entries: what a false "maybe" of the filter costs to read. Far below the 16 MiB of a document. */
export const SEGMENT_ENTRIES_MAX = 10_922;

/** A part of a run: the entries of one range of hashes. */
export interface SegmentDocument extends ProjectedDocument {
  readonly partition: number;
  readonly run: string;
  readonly entries: Binary;
  readonly filter: Binary;
  readonly count: number;
  /** First words of the first and the last entry, both inclusive; segments of one run never overlap. */
  readonly fromWord: number;
  readonly toWord: number;
  /** Server times between which the entries were recorded, milliseconds since 1970. */
  readonly firstTimeMs: number;
  readonly lastTimeMs: number;
  /** Highest sequence in it. */
  readonly lastSequence: number;
}

/** Declares the collection of an index; one read model may have several (`usage_ids`, `command_ids`). */
export const idIndexCollection = (name: string): CollectionDeclaration<SegmentDocument> => ({
  name,
  sequences: ['lastSequence'],
  indexes: [{ key: { partition: 1 } }],
});

/** Server times of the oldest and the newest entry. */
export interface TimeSpan {
  readonly firstTimeMs: number;
  readonly lastTimeMs: number;
}

/** What is known of a stored segment without reading its entries. */
export interface Segment extends TimeSpan {
  readonly id: string;
  readonly run: string;
  readonly count: number;
  readonly fromWord: number;
  readonly toWord: number;
  readonly lastSequence: number;
  readonly filter: BloomFilter;
}

/** A segment and its entries, not necessarily stored yet. */
export interface FilledSegment {
  readonly segment: Segment;
  readonly entries: Entries;
}

/** Sorted segments of one run, and what concerns them together. */
export interface Run extends TimeSpan {
  readonly id: string;
  readonly count: number;
  readonly segments: readonly Segment[];
}

export const runOf = (segments: readonly Segment[]): Run => ({
  id: segments[0]?.run ?? '',
  count: segments.reduce((sum, segment) => sum + segment.count, 0),
  segments: [...segments].sort((a, b) => a.fromWord - b.fromWord),
  firstTimeMs: Math.min(...segments.map(segment => segment.firstTimeMs)),
  lastTimeMs: Math.max(...segments.map(segment => segment.lastTimeMs)),
});

/** The segment of a run that holds this hash if any does. */
export const covering = (run: Run, words: KeyWords): Segment | undefined => {
  const { segments } = run;
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (segments[middle]!.fromWord <= words[0]) low = middle + 1;
    else high = middle;
  }
  const candidate = segments[low - 1];
  return candidate !== undefined && words[0] <= candidate.toWord ? candidate : undefined;
};

export const fillSegment = (run: string, number: number, entries: Entries, times: TimeSpan): FilledSegment => {
  let lastSequence = 0;
  for (let entry = 0; entry < entries.count; entry += 1) lastSequence = Math.max(lastSequence, entries.place(entry).sequence);
  const segment: Segment = {
    id: `${run}/${number}`,
    run,
    count: entries.count,
    fromWord: entries.word(0, 0),
    toWord: entries.word(entries.count - 1, 0),
    lastSequence,
    filter: BloomFilter.over(entries),
    ...times,
  };
  return { segment, entries };
};

export const toDbSegment = (partition: number, { segment, entries }: FilledSegment): SegmentDocument => ({
  _id: segment.id,
  partition,
  run: segment.run,
  entries: new Binary(entries.bytes),
  filter: new Binary(segment.filter.bytes),
  count: segment.count,
  fromWord: segment.fromWord,
  toWord: segment.toWord,
  firstTimeMs: segment.firstTimeMs,
  lastTimeMs: segment.lastTimeMs,
  lastSequence: segment.lastSequence,
});

export const fromDbSegment = (document: Omit<SegmentDocument, 'entries'>): Segment => ({
  id: document._id,
  run: document.run,
  count: document.count,
  fromWord: document.fromWord,
  toWord: document.toWord,
  lastSequence: document.lastSequence,
  filter: new BloomFilter(new Uint8Array(document.filter.value())),
  firstTimeMs: document.firstTimeMs,
  lastTimeMs: document.lastTimeMs,
});
