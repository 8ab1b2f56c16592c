import { isProbe, type SessionErased } from '../../domain/index.js';
import { Erasures, type Erasure } from './erasure.js';
import { Publications, type LogPlace } from './publications.js';
import { imagesOf, revisionKey, type HitsImage, type SessionImage } from './session-images.js';
import type { CloseCompleted, SessionChunk, SessionLogEntry } from './session-log.js';
import type { SessionViewStore } from './session-view-store.js';

/** A message on its way into the documents; without an entry only the watermark moves. */
export interface LoggedEntry extends LogPlace {
  readonly entry: SessionLogEntry | undefined;
}

export interface SessionViewFoldOptions {
  readonly store: SessionViewStore;
  readonly readAgain: (sequence: number) => Promise<SessionChunk | undefined>;
  readonly observer?: SessionViewObserver;
}

/** What a fold tells counters. */
export interface SessionViewObserver {
  readonly published?: (sessions: number) => void;
  /** A last message whose chunks are not there, or chunks whose last message never came. */
  readonly passedOver?: (reason: 'chunks_missing' | 'last_message_missing', publications: number) => void;
}

/** What one flush holds at most before it is stored; a batch of the reader may be more than that. */
const FLUSH_DOCUMENTS_MAX = 2_000;
const FLUSH_BYTES_MAX = 8 * 1_024 * 1_024;

/**
 * Folds one partition of `DRAWDOWN_SESSIONS` into documents. A revision replaces what is older, whatever the order of arrival; hits stay with the
 * revision that brought them, and whoever continues a revision names it. So an amendment touches only its own documents.
 */
export class SessionViewFold {
  readonly #options: SessionViewFoldOptions;
  readonly #publications: Publications;
  readonly #erasures = new Erasures();
  #applied: number;

  constructor(options: SessionViewFoldOptions) {
    this.#options = options;
    this.#publications = new Publications({ readAgain: options.readAgain });
    this.#applied = options.store.watermark;
    for (const erasure of options.store.erasures) this.#erasures.add(erasure);
  }

  /** Last message that was applied; the documents' watermark may stay behind it while chunks wait for their last message. */
  get sequence(): number {
    return this.#applied;
  }

  /** Publications that wait for their last message. */
  get waiting(): number {
    return this.#publications.size;
  }

  /** Durable with its watermark when it resolves; after a fault the same messages may come again, or the first few of them. */
  async apply(batch: readonly LoggedEntry[]): Promise<void> {
    const before = this.#publications.snapshot();
    try {
      await this.#applyAll(batch);
    } catch (error) {
      this.#publications.restore(before);
      throw error;
    }
  }

  async #applyAll(batch: readonly LoggedEntry[]): Promise<void> {
    const staged = new Staged();
    for (const { entry, sequence, timeMs } of batch) {
      this.#giveUp(timeMs);
      if (entry?.kind === 'chunk') this.#publications.add(entry, { sequence, timeMs });
      else if (entry?.kind === 'closed') await this.#stage(staged, entry, { sequence, timeMs });
      else if (entry?.kind === 'fact' && entry.fact.type === 'erased') {
        await this.#flush(staged);
        await this.#erase(erasureOf(entry.address, entry.fact, { sequence, timeMs }));
      }
      if (staged.isFull) await this.#flush(staged);
    }
    await this.#flush(staged);
    await this.#moveWatermark(batch.at(-1)?.sequence ?? this.#applied);
  }

  async #stage(staged: Staged, closed: CloseCompleted, { sequence, timeMs }: LogPlace): Promise<void> {
    const publication = await this.#publications.take(closed);
    if (publication === undefined) {
      this.#options.observer?.passedOver?.('chunks_missing', 1);
      return;
    }
    const images = imagesOf(publication, sequence, closed.rewritten?.timeMs ?? timeMs);
    const probe = images.sessions.find(({ header }) => isProbe(header));
    if (probe !== undefined) {
      // One document for all of them, among nobody's sessions: they are many, and say nothing but when the newest came through.
      staged.probe = probe;
      return;
    }
    for (const image of images.sessions) staged.addSession(this.#erasures.withoutErasedNames(image));
    for (const image of images.hits) staged.addHits(this.#erasures.withoutErasedHits(image));
    this.#options.observer?.published?.(images.sessions.length);
  }

  async #flush(staged: Staged): Promise<void> {
    if (staged.isEmpty) return;
    await this.#options.store.flush({ sessions: [...staged.sessions.values()], hits: [...staged.hits.values()], probe: staged.probe });
    staged.clear();
  }

  /** Looks at everything of the property that is old enough: erasing is rare, and must not depend on an index being complete. */
  async #erase(erasure: Erasure): Promise<void> {
    const { store } = this.#options;
    const { namespace, propertyId, erasedAtMs } = erasure;
    this.#erasures.add(erasure);
    await store.storeErasure(erasure);
    const staged = new Staged();
    for await (const image of store.hitsStartedBy(namespace, propertyId, erasedAtMs)) {
      const left = this.#erasures.withoutErasedHits(image);
      if (left !== image) staged.addHits(left);
      if (staged.isFull) await this.#flush(staged);
    }
    for await (const image of store.sessionsStartedBy(namespace, propertyId, erasedAtMs)) {
      const left = this.#erasures.withoutErasedNames(image);
      if (left !== image) staged.addSession(left);
      if (staged.isFull) await this.#flush(staged);
    }
    await this.#flush(staged);
  }

  #giveUp(timeMs: number): void {
    const publications = this.#publications.giveUp(timeMs);
    if (publications > 0) this.#options.observer?.passedOver?.('last_message_missing', publications);
  }

  async #moveWatermark(sequence: number): Promise<void> {
    this.#applied = Math.max(this.#applied, sequence);
    const durable = Math.min(this.#applied, (this.#publications.waitsFrom ?? Number.POSITIVE_INFINITY) - 1);
    await this.#options.store.writeWatermark(durable, this.#applied);
  }
}

/** What one flush will store: of each document only the newest, because a bulk write has no order. */
class Staged {
  readonly sessions = new Map<string, SessionImage>();
  readonly hits = new Map<string, HitsImage>();
  probe: SessionImage | undefined;
  #bytes = 0;

  /** Repeats are counted again, which only makes it full earlier. */
  get isFull(): boolean {
    return this.sessions.size + this.hits.size >= FLUSH_DOCUMENTS_MAX || this.#bytes >= FLUSH_BYTES_MAX;
  }

  get isEmpty(): boolean {
    return this.sessions.size === 0 && this.hits.size === 0 && this.probe === undefined;
  }

  addSession(image: SessionImage): void {
    const { namespace, propertyId, sessionId, revision } = image.header;
    const key = JSON.stringify([namespace, propertyId, sessionId]);
    const before = this.sessions.get(key);
    if (before === undefined || before.header.revision <= revision) this.sessions.set(key, image);
  }

  addHits(image: HitsImage): void {
    this.hits.set(JSON.stringify([image.namespace, image.propertyId, revisionKey(image), image.part]), image);
    this.#bytes += image.lines.length;
  }

  clear(): void {
    this.sessions.clear();
    this.hits.clear();
    this.probe = undefined;
    this.#bytes = 0;
  }
}

const erasureOf = (
  { namespace, propertyId }: Pick<Erasure, 'namespace' | 'propertyId'>,
  { clientKeys, userKeys }: SessionErased,
  { sequence, timeMs }: LogPlace,
): Erasure => ({ namespace, propertyId, clientKeys, userKeys, erasedAtMs: timeMs, sequence });
