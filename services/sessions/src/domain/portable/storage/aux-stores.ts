import type { CloseCause } from '../../session/closed-session.js';
import type { FiledHit } from '../filed-hit.js';
import type { KeyValueStore } from './key-value-store.js';

/** What must be known of an open proto-session beside its hits (D11). Whoever changes it hands it back with `save`. */
export interface SessionNotes {
  /** Earliest and latest received time of its hits, milliseconds since 1970. */
  firstMs: number;
  lastMs: number;
  hits: number;
  /** Sum of the sizes of its hits (sessions §2.2). */
  bytes: number;
  /** A late hit opened it (D3). */
  readonly isLate: boolean;
  /** Hits that a merge pushed to the receiver storage and that have not come back yet. */
  awaited: number;
}

export interface NotesStore {
  of(sessionKey: string): SessionNotes | null;
  save(sessionKey: string, notes: SessionNotes): void;
  drop(sessionKey: string): void;
}

/** Which clients' hits land in another client's proto-session (D1). An alias always points to a live session, never to an alias. */
export interface AliasStore {
  /** Session key that a client was merged into, null without one. */
  of(clientKey: string): string | null;
  point(clientKey: string, sessionKey: string): void;
  membersOf(sessionKey: string): readonly string[];
  /** Forgets all aliases to a session. */
  release(sessionKey: string): void;
}

/** Ids of accepted hits, per client (D12). */
export interface HitFilter {
  knows(clientKey: string, hitId: string): boolean;
  remember(clientKey: string, hitId: string): void;
  /** For hits that leave the store to come back. */
  forget(clientKey: string, hitId: string): void;
  /** The client's session closed: its ids are remembered until the watermark passes an instant. */
  retire(clientKey: string, untilMs: number): void;
  /** Drops what is not remembered any more. */
  expire(watermarkMs: number): void;
}

/** Numbers of the buckets that have members, so that catching up can jump over all others. */
export interface BucketIndex {
  add(bucket: number): void;
  /** The smallest, null without any. */
  first(): number | null;
  remove(bucket: number): void;
}

/** A proto-session frozen at its close, until the Closer has it (D6, D7). */
export interface HandOver {
  /** Session key and first hit: freezing the same proto-session again gives the same id. */
  readonly id: string;
  readonly sessionKey: string;
  readonly cause: CloseCause;
  /** Number of the bucket whose processing closed it; null when something else did. */
  readonly bucket: number | null;
  readonly isLate: boolean;
  /** Sorted (D14), each id once. */
  readonly hits: readonly FiledHit[];
  /** Stored members that do not decode (E38). */
  readonly unreadable: readonly Uint8Array[];
  readonly attempts: number;
  /** On the pacing clock. */
  readonly notBeforeMs: number;
}

export interface HandOverStore {
  /** Keeps a copy of a proto-session that is being taken out of the stores, in place of an earlier such copy. */
  freeze(handOver: HandOver): void;
  /** The stores hold nothing of it any more: its copy may be handed over. */
  release(sessionKey: string): void;
  /** Keys of the proto-sessions that were frozen and not released: somebody failed in between (E40). */
  frozen(): readonly string[];
  /** Keeps it for another try. */
  put(handOver: HandOver): void;
  /** Those released that may be tried, in the order in which they froze. */
  due(nowMs: number): readonly HandOver[];
  finish(id: string): void;
  /** Moves it to the dead letters: kept whole, tried no more (D7). */
  park(handOver: HandOver): void;
  parked(): readonly HandOver[];
}

/** A merge that was begun: its losers' identifiers point to the survivor, their hits are not all pushed yet. */
export interface Merge {
  readonly survivor: string;
  readonly losers: readonly string[];
}

/** Merges begun and not finished, so that a failure in the middle is made good (D1, D8). */
export interface MergeStore {
  begin(merge: Merge): void;
  finish(survivor: string): void;
  unfinished(): readonly Merge[];
}

/** The highest event time known (D5). */
export interface WatermarkStore {
  read(): number | null;
  write(watermarkMs: number): void;
}

/**
 * The third store: what part 11 has to remember beyond the keys of part 4, which hold no more than they say. It is asked several times per hit
 * and belongs to one process, so its answers come at once; `users` may take its time.
 */
export interface AuxStores {
  readonly notes: NotesStore;
  readonly aliases: AliasStore;
  readonly filter: HitFilter;
  readonly buckets: BucketIndex;
  readonly handOvers: HandOverStore;
  readonly merges: MergeStore;
  readonly watermark: WatermarkStore;
  /** Owners of user ids, laid out as those of stamps are. */
  readonly users: KeyValueStore;
}
