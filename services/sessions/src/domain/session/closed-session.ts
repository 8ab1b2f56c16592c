import type { Platform } from '../hit/hit.js';
import type { Ordered } from '../hit/order.js';
import type { UsageRule } from '../property/settings.js';

/** Why a proto-session ended (sessions §7, D11, §12.6, §15.5). */
export type CloseCause = 'inactivity' | 'hard_cap' | 'memory' | 'session_end' | 'session_start' | 'operator' | 'import_completed';

/** Why a session begins at a split (sessions §13.1, §15.6). */
export type SplitCause =
  | 'inactivity'
  | 'max_time_since_first_event_reached'
  | 'max_events_reached'
  | 'user_id_changed'
  | 'utm_campaign_changed'
  | 'calendar_boundary';

/** Which identifier brought another client's hits into the proto-session. */
export interface Join {
  readonly clientKey: string;
  readonly identifierType: string;
  readonly atMs: number;
}

/** Usage that a revision of a session is worth; published when the session is, cancelled when the next revision is. */
export interface SessionUsage {
  /** `<sessionId>:<revision>:<rule>`. */
  readonly id: string;
  readonly rule: UsageRule['key'];
  readonly customer: string;
  readonly eventType: string;
  /** Decimal text. */
  readonly value: string;
}

export interface SessionRevision {
  readonly sessionId: string;
  readonly revision: number;
}

/** A value and when it was seen. */
export interface Seen {
  readonly value: string;
  readonly atMs: number;
}

/**
 * What decides whether other hits join a session later (sessions §15.2). It travels with the session, so that whoever rebuilds the
 * store decides as before.
 */
export interface SessionEdges {
  readonly first: Ordered;
  readonly last: Ordered;
  /** It began with `session_start`, or at a split other than inactivity: nothing comes before its first hit. */
  readonly beginsHard: boolean;
  /** Where it began at a split: the last hit before the split, so that hits behind that one may still come first. */
  readonly beginsAfter?: Ordered;
  /** A cap, an explicit end, or a split other than inactivity ended it: nothing comes after its last hit. */
  readonly endsHard: boolean;
  /** Where a split ended it: the hit that split, so that hits before that one may still come last. */
  readonly endsBefore?: Ordered;
  /** Of the last hit: its timeout is the one that counts after it. */
  readonly lastPlatform?: Platform;
  /** User ids and campaigns at both ends; absent where no hit had any. */
  readonly firstUser?: Seen;
  readonly lastUser?: Seen;
  readonly firstCampaign?: Seen;
  readonly lastCampaign?: Seen;
  /** Event time of the close: for R after it the session may be amended. */
  readonly closedAtMs: number;
}

/**
 * One session after splitting, as it was decided once (`assign`, sessions §12.4) and as everybody reads it.
 * `closed`: the first revision; `amended`: later hits were added; `superseded`: its hits belong to `supersededBy` now (sessions §15.2).
 */
export interface SessionHeader extends SessionRevision {
  readonly kind: 'closed' | 'amended' | 'superseded';
  readonly namespace: string;
  readonly propertyId: string;
  readonly lane: string;
  /** Key of the client that opened the proto-session or survived in it. */
  readonly sessionKey: string;
  /** Keys of all clients of the group. */
  readonly clientKeys: readonly string[];
  /** Client id of the first hit. */
  readonly clientId: string;
  /** Last user id that is not empty. */
  readonly userId?: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** All hits of this revision, those of `continues` included. */
  readonly hits: number;
  readonly timeoutMs: number;
  readonly settingsVersion: number;
  readonly closeCause: CloseCause;
  readonly splitCause: SplitCause | null;
  readonly isLate: boolean;
  readonly isBot: boolean;
  readonly joins: readonly Join[];
  readonly duplicateHits: number;
  readonly lateHits: number;
  readonly edges: SessionEdges;
  /** Earlier sessions or revisions whose hits this one holds beside those in its own message. */
  readonly continues: readonly SessionRevision[];
  readonly supersededBy?: string;
  readonly usage: readonly SessionUsage[];
  /** Usage of the revision before, which this one makes void. */
  readonly cancels: readonly SessionUsage[];
}
