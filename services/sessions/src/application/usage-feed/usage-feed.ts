import { Publications, headersOf, withoutHits } from '../views/publications.js';
import type { CloseCompleted, SessionChunk } from '../views/session-log.js';
import type { LoggedEntry } from '../views/session-view-fold.js';
import { envelopesOf, type UsageEnvelope } from './envelopes.js';
import { usageEventsOf, type UsageUnit } from './usage-events.js';

/** Resolves when every envelope is stored in the stream of usage. */
export type PublishUsage = (envelopes: readonly UsageEnvelope[]) => Promise<void>;

/** Up to which message of a partition usage was published; outlives every replica. */
export interface UsagePosition {
  /** 0: nothing yet. */
  readonly start: number;
  write(sequence: number): Promise<void>;
}

/** What the feed tells counters. */
export interface UsageFeedObserver {
  readonly published?: (events: number) => void;
  /** Usage whose customer's key cannot be used. */
  readonly withoutCustomer?: (namespace: string, propertyId: string, events: number) => void;
}

export interface UsageFeedOptions {
  readonly publish: PublishUsage;
  readonly position: UsagePosition;
  readonly readAgain: (sequence: number) => Promise<SessionChunk | undefined>;
  readonly observer?: UsageFeedObserver;
  /** How often at most the position is noted; what was published since is published again after a crash, and counts once. @default 1 s */
  readonly noteEveryMs?: number;
  /** Monotonic, milliseconds. */
  readonly monotonicMs: () => number;
}

const NOTE_EVERY_MS = 1_000;

/** Turns one partition of closed sessions into usage (design §5, 1): a pure function of the stream, published at least once, counted once. */
export class UsageFeed {
  readonly #options: UsageFeedOptions;
  readonly #publications: Publications;
  #applied: number;
  #noted: number;
  #notedAtMs: number;

  constructor(options: UsageFeedOptions) {
    this.#options = options;
    this.#publications = new Publications({ readAgain: options.readAgain });
    this.#applied = options.position.start;
    this.#noted = options.position.start;
    this.#notedAtMs = options.monotonicMs();
  }

  /** All usage of these messages is stored when it resolves; after a fault the same messages may come again, or the first few of them. */
  async apply(batch: readonly LoggedEntry[]): Promise<void> {
    const before = this.#publications.snapshot();
    try {
      await this.#publish(await this.#unitsOfAll(batch));
    } catch (error) {
      this.#publications.restore(before);
      throw error;
    }
    this.#applied = Math.max(this.#applied, batch.at(-1)?.sequence ?? 0);
    if (this.#options.monotonicMs() - this.#notedAtMs >= (this.#options.noteEveryMs ?? NOTE_EVERY_MS)) await this.note();
  }

  /** Stores how far everything is published. It stays before chunks that wait for their last message. */
  async note(): Promise<void> {
    this.#notedAtMs = this.#options.monotonicMs();
    const durable = Math.min(this.#applied, (this.#publications.waitsFrom ?? Number.POSITIVE_INFINITY) - 1);
    if (durable <= this.#noted) return;
    await this.#options.position.write(durable);
    this.#noted = durable;
  }

  async #unitsOfAll(batch: readonly LoggedEntry[]): Promise<readonly UsageUnit[]> {
    const units: UsageUnit[] = [];
    for (const { entry, sequence, timeMs } of batch) {
      this.#publications.giveUp(timeMs);
      if (entry?.kind === 'chunk') this.#publications.add(withoutHits(entry), { sequence, timeMs });
      if (entry?.kind === 'closed') units.push(...(await this.#unitsOf(entry)));
    }
    return units;
  }

  async #unitsOf(closed: CloseCompleted): Promise<readonly UsageUnit[]> {
    const publication = await this.#publications.take(closed);
    const units: UsageUnit[] = [];
    // What an erasure has written again may be older than entitlements remember ids.
    const isNew = publication !== undefined && closed.rewritten?.isCounted !== true;
    for (const header of isNew ? headersOf(publication) : []) {
      const { namespace, propertyId } = header;
      const events = usageEventsOf(header);
      units.push(...events.units);
      if (events.withoutCustomer > 0) this.#options.observer?.withoutCustomer?.(namespace, propertyId, events.withoutCustomer);
    }
    return units;
  }

  async #publish(units: readonly UsageUnit[]): Promise<void> {
    if (units.length === 0) return;
    await this.#options.publish(envelopesOf(units));
    this.#options.observer?.published?.(units.reduce((sum, { events }) => sum + events.length, 0));
  }
}
