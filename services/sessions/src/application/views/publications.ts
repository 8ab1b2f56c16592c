import { createHash } from 'node:crypto';
import type { SessionHeader } from '../../domain/index.js';
import type { CloseCompleted, SessionChunk } from './session-log.js';

/** Where a message stands in the stream. */
export interface LogPlace {
  readonly sequence: number;
  /** The server's timestamp. */
  readonly timeMs: number;
}

/** A publication whose last message has come. */
export interface Publication {
  readonly closeId: string;
  /** In their order. */
  readonly chunks: readonly SessionChunk[];
}

export interface PublicationsOptions {
  /** Reads a chunk again where it lies; `undefined` when it is gone from the stream. */
  readonly readAgain: (sequence: number) => Promise<SessionChunk | undefined>;
  /** Bytes of chunks kept in memory; the oldest beyond that are read again when they are wanted. @default 16 MiB */
  readonly bytesMax?: number;
}

/**
 * By the stream's time, since the newest chunk of a publication. Longer than a duplicate window and the retries of a hand-over together: who
 * publishes after that publishes every chunk again, so these wait for nothing.
 */
export const CHUNKS_WAIT_MS_MAX = 30 * 60_000;
const BYTES_MAX = 16 * 1_024 * 1_024;

interface WaitingChunk extends LogPlace {
  /** Absent when memory was needed for others. */
  chunk: SessionChunk | undefined;
  readonly bytes: number;
}

interface Waiting {
  readonly byPlace: Map<number, WaitingChunk>;
  newestMs: number;
}

/** A state of {@link Publications}. */
export interface PublicationsSnapshot {
  readonly waiting: readonly (readonly [string, Waiting])[];
}

/**
 * Gathers chunks until the last message of their publication comes (sessions §12.4). Publications interleave, are broken off and repeated, whole
 * or in part; which chunks count follows from the messages and their times alone, so that a rebuild comes to the same.
 */
export class Publications {
  readonly #options: PublicationsOptions;
  /** By close id and the beginning of the content hash, in order of first appearance. */
  readonly #waiting = new Map<string, Waiting>();
  #bytes = 0;

  constructor(options: PublicationsOptions) {
    this.#options = options;
  }

  /** Keeps a chunk; the same again takes the place of the earlier one. */
  add(chunk: SessionChunk, at: LogPlace): void {
    const key = keyOf(chunk.closeId, chunk.shortHash);
    const waiting = this.#waiting.get(key) ?? { byPlace: new Map<number, WaitingChunk>(), newestMs: at.timeMs };
    this.#waiting.set(key, waiting);
    const before = waiting.byPlace.get(chunk.place);
    if (before?.chunk !== undefined) this.#bytes -= before.bytes;
    waiting.byPlace.set(chunk.place, { ...at, chunk, bytes: chunk.bytes });
    waiting.newestMs = Math.max(waiting.newestMs, at.timeMs);
    this.#bytes += chunk.bytes;
    this.#makeRoom();
  }

  /**
   * Takes a publication out of those that wait: all its chunks, or `undefined` where they are not what the last message says. Then nothing of it
   * counts, and its chunks are gone too: only a repeat of all of them would help.
   */
  async take(closed: CloseCompleted): Promise<Publication | undefined> {
    const key = keyOf(closed.closeId, shortHashOf(closed));
    const chunks = await this.#chunksOf(this.#waiting.get(key), closed.chunks);
    this.#drop(key);
    return chunks !== undefined && hashOf(chunks) === closed.contentHash ? { closeId: closed.closeId, chunks } : undefined;
  }

  /** What waits now, to come back to after a fault: then the same messages come again, and must find what they found. */
  snapshot(): PublicationsSnapshot {
    const waiting = [...this.#waiting].map(([key, { byPlace, newestMs }]) => [key, { byPlace: new Map(byPlace), newestMs }] as const);
    return { waiting };
  }

  restore({ waiting }: PublicationsSnapshot): void {
    this.#waiting.clear();
    this.#bytes = 0;
    for (const [key, { byPlace, newestMs }] of waiting) {
      this.#waiting.set(key, { byPlace: new Map(byPlace), newestMs });
      for (const { chunk, bytes } of byPlace.values()) if (chunk !== undefined) this.#bytes += bytes;
    }
  }

  /** Gives up what has waited too long at this time of the stream. @returns how many publications */
  giveUp(nowMs: number): number {
    const overdue = [...this.#waiting].filter(([, { newestMs }]) => newestMs + CHUNKS_WAIT_MS_MAX < nowMs);
    for (const [key] of overdue) this.#drop(key);
    return overdue.length;
  }

  /** Sequence of the first chunk that still waits: a watermark stays before it. */
  get waitsFrom(): number | undefined {
    let first: number | undefined;
    for (const { byPlace } of this.#waiting.values()) {
      for (const { sequence } of byPlace.values()) if (first === undefined || sequence < first) first = sequence;
    }
    return first;
  }

  /** Publications that wait for their last message. */
  get size(): number {
    return this.#waiting.size;
  }

  async #chunksOf(waiting: Waiting | undefined, count: number): Promise<readonly SessionChunk[] | undefined> {
    const chunks: SessionChunk[] = [];
    for (let place = 0; place < count; place += 1) {
      const present = waiting?.byPlace.get(place);
      const chunk = present === undefined ? undefined : (present.chunk ?? (await this.#options.readAgain(present.sequence)));
      if (chunk === undefined) return undefined;
      chunks.push(chunk);
    }
    return chunks;
  }

  #drop(key: string): void {
    for (const { chunk, bytes } of this.#waiting.get(key)?.byPlace.values() ?? []) if (chunk !== undefined) this.#bytes -= bytes;
    this.#waiting.delete(key);
  }

  #makeRoom(): void {
    const bytesMax = this.#options.bytesMax ?? BYTES_MAX;
    for (const { byPlace } of this.#waiting.values()) {
      for (const waiting of byPlace.values()) {
        if (this.#bytes <= bytesMax) return;
        if (waiting.chunk !== undefined) this.#bytes -= waiting.bytes;
        waiting.chunk = undefined;
      }
    }
  }
}

const SHORT_HASH_CHARS = 16;

const shortHashOf = ({ contentHash }: CloseCompleted): string => contentHash.slice(0, SHORT_HASH_CHARS);

const keyOf = (closeId: string, shortHash: string): string => `${closeId}.${shortHash}`;

const hashOf = (chunks: readonly SessionChunk[]): string => {
  const hash = createHash('sha256');
  for (const { digest } of chunks) hash.update(digest);
  return hash.digest('hex');
};

const NO_LINES = new Uint8Array();

/** The chunk without its hits, for who wants headers alone. */
export const withoutHits = (chunk: SessionChunk): SessionChunk => {
  const bytes = chunk.bytes - chunk.entries.reduce((sum, { lines }) => sum + lines.length, 0);
  return { ...chunk, bytes, entries: chunk.entries.map(entry => ({ ...entry, lines: NO_LINES })) };
};

/** The sessions of a publication, in their order. */
export const headersOf = ({ chunks }: Publication): readonly SessionHeader[] =>
  chunks.flatMap(({ entries }) => entries.flatMap(entry => ('header' in entry ? [entry.header] : [])));
