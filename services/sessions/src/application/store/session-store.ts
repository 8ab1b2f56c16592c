import type { CloseCause } from '../../domain/index.js';
import type { AssignCall, AssignReply, ClaimedClose, ClosedHeaders, FrozenPart, FrozenSession } from './hand-over.js';
import type { IngestCall, IngestReply } from './ingest.js';
import type { Notice } from './notice.js';
import type { Compaction, Erased, HitsErasure, OpenSession, RawHits, UnmergeReply } from './open-session.js';
import type { ClosedSeed, Saturation } from './rebuild.js';
import type { MemoryUse, OpenLoad, QueueStatus } from './status.js';
import type { BeginCloseCall, BeginCloseReply, Wheel, WheelCall, WheelStatus } from './wheel.js';

export type { AssignCall, AssignReply, ClaimedClose, ClosedHeaders, FrozenPart, FrozenSession } from './hand-over.js';
export type { Control, HitOutcome, HitRecord, HitResult, IngestCall, IngestReply, StoredProperty } from './ingest.js';
export type { Notice } from './notice.js';
export type { Compaction, Erased, HitsErasure, OpenSession, RawHits, UnmergeReply } from './open-session.js';
export type { ClosedSeed, Saturation } from './rebuild.js';
export type { MemoryUse, OpenLoad, QueueStatus } from './status.js';
export type { BeginCloseCall, BeginCloseReply, Wheel, WheelCall, WheelStatus } from './wheel.js';

/**
 * The store of open sessions, in one slot per state partition. Every method is one atomic step (`frozen` reads what is immutable), may be
 * repeated, and is safe on two replicas at once. While a state partition is rebuilt `ingest` answers `state_lost`, nothing closes, nothing
 * is claimed, and commands are refused.
 *
 * @throws Refusal `OUTDATED_EPOCH` where an epoch is given and a newer owner was seen
 * @throws Fault `STORE_OUT_OF_MEMORY` when the server is at its memory limit: nothing was written, try again later
 * @throws Fault `STATE_LOST` by commands during a rebuild
 */
export interface SessionStore {
  /** Takes hits and moves position and watermarks; without hits it is a ping. Results are in the order of the call's hits. */
  ingest(call: IngestCall): Promise<IngestReply>;
  /** One turn of a wheel: begins up to `limit` closes, in the order of D14, and moves the pointer. */
  beginClose(call: BeginCloseCall): Promise<BeginCloseReply>;
  /**
   * Takes the pointer to the watermark's bucket without closing: files up to `limit` open sessions of the buckets before under that one.
   * True while there are more; the pointer moves with the last (D3).
   */
  skipCatchUp(call: WheelCall): Promise<boolean>;

  /** Takes up to `limit` due closes; each is due again after `visibilityMs` unless it was finished or postponed. */
  claim(wheel: Wheel, limit: number, visibilityMs: number): Promise<readonly ClaimedClose[]>;
  /** Null when it was finished. */
  frozen(wheel: Wheel, closeId: string): Promise<FrozenSession | null>;
  /** Closed sessions that these clients had, to be amended (sessions §15.2). */
  closedHeaders(wheel: Wheel, clientKeys: readonly string[]): Promise<ClosedHeaders>;
  /** Stores the decision of a close once; a repeat answers the first. `changed`: read the headers again and decide again. */
  assign(call: AssignCall): Promise<AssignReply>;
  /** Deletes a close and its parts after everything is published. False when there was none. */
  finish(wheel: Wheel, closeId: string): Promise<boolean>;
  /** Puts off a hand-over that failed. `fault`: a server did, so it was no attempt. */
  postpone(wheel: Wheel, closeId: string, delayMs: number, because: 'fault' | 'failure'): Promise<void>;
  /** Drops a close that was set aside, after its parts are published (D7). */
  park(wheel: Wheel, closeId: string): Promise<boolean>;
  /** Puts back what was read before it was parked. False when it is there. */
  unpark(wheel: Wheel, frozen: FrozenSession): Promise<boolean>;

  /** Oldest first. */
  notices(wheel: Wheel, limit: number): Promise<readonly Notice[]>;
  acknowledgeNotices(wheel: Wheel, ids: readonly string[]): Promise<void>;

  /** Closes an open session now; its close id, or null when it is not open. */
  closeNow(wheel: Wheel, sessionKey: string, cause: CloseCause, epoch: number): Promise<string | null>;
  /** Takes one client out of a session; identifiers that others showed too join nobody for a day of event time (sessions §15.4). */
  unmerge(wheel: Wheel, sessionKey: string, clientKey: string, epoch: number): Promise<UnmergeReply>;
  /** Removes all that is kept of a client: open, frozen and closed, and its duplicate filter. */
  erase(wheel: Wheel, clientKey: string): Promise<Erased>;
  /** Removes single hits. False when their session is being handed over: look again when that is finished. */
  eraseHits(wheel: Wheel, erasure: HitsErasure): Promise<boolean>;
  /** Puts another header in the place of one that was read, or forgets it (null). False when it is another by now. */
  replaceHeader(
    wheel: Wheel,
    sessionId: string,
    clientKeys: readonly string[],
    headers: { readonly read: string; readonly write: string | null },
  ): Promise<boolean>;
  markSaturated(wheel: Wheel, saturation: Saturation, rebuild?: string): Promise<void>;

  /** Clients with at least so many raw bytes (from 16 KiB on), or with at least 256 raw hits. */
  compactable(wheel: Wheel, rawBytesMin: number, limit: number): Promise<readonly string[]>;
  /** Null when nothing of the client is open. */
  rawHits(wheel: Wheel, clientKey: string): Promise<RawHits | null>;
  /** False when one of the hits is not there any more: nothing was written. */
  swapCompact(wheel: Wheel, compaction: Compaction): Promise<boolean>;

  /** The token of a rebuild; one that was begun before can do nothing any more. All that is stored is wiped. */
  beginRebuild(state: number, epoch: number): Promise<string>;
  /** @throws Fault `STATE_LOST` when another rebuild was begun */
  seedClosed(seed: ClosedSeed): Promise<void>;
  /** Sets the position of every source and lets everything go on. @throws Fault `STATE_LOST` when another rebuild was begun */
  finishRebuild(state: number, token: string, positions: ReadonlyMap<number, number>): Promise<void>;

  openSession(wheel: Wheel, sessionKey: string): Promise<OpenSession | null>;
  /** The one that the client's next hit would join. */
  openSessionOfClient(wheel: Wheel, clientKey: string): Promise<OpenSession | null>;
  /** The one that owns an identifier. */
  openSessionOfIdentifier(wheel: Wheel, type: string, hash: string): Promise<OpenSession | null>;
  /** Those of a property with the latest hits, up to a time of the last hit. */
  openSessions(
    wheel: Wheel,
    namespace: string,
    propertyId: string,
    limit: number,
    lastHitAtMsMax?: number,
  ): Promise<readonly OpenSession[]>;
  /** Open sessions with hits of a user; exact up to the limit. */
  countOfUser(wheel: Wheel, userKey: string, limit: number): Promise<number>;
  /** Those that await their hand-over. */
  closingSessions(wheel: Wheel, namespace: string, propertyId: string, limit: number): Promise<readonly OpenSession[]>;
  /** Hits of an open or closing session by client, not sorted. A session that moved on meanwhile has none. */
  hitsOf(wheel: Wheel, session: OpenSession): Promise<readonly FrozenPart[]>;
  /** Bytes of open hits by property, to find who takes more than their share (sessions §12.6). */
  openBytes(wheel: Wheel): Promise<readonly { readonly namespace: string; readonly propertyId: string; readonly bytes: number }[]>;

  openLoad(wheel: Wheel): Promise<OpenLoad>;

  /**
   * Source → stream sequence up to which it was applied here; empty for a store that knows nothing, null for one that was filled from
   * another incarnation of the stream: it has lost its state (design §3.17).
   */
  positions(state: number): Promise<ReadonlyMap<number, number> | null>;
  isRebuilding(state: number): Promise<boolean>;
  /** Lanes that have a wheel here. */
  lanes(state: number): Promise<readonly string[]>;
  wheelStatus(wheel: Wheel, scope: WheelStatus['scope']): Promise<WheelStatus>;
  queueStatus(wheel: Wheel): Promise<QueueStatus>;
  memoryUse(): Promise<MemoryUse>;
}
