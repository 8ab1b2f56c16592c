import type { StoredMessage } from '@drawdown/eventlog';
import type { Property } from '../../domain/index.js';
import type { HitOutcome, SessionStore } from '../store/session-store.js';

/** The part of the store that takes hits. */
export type HitStore = Pick<SessionStore, 'ingest'>;

/** The properties of all namespaces, as this replica has read them. */
export interface KnownProperties {
  get(namespace: string, propertyId: string): Property | undefined;
  /** Until everything is read that the stream holds now. */
  current(): Promise<void>;
  /** State partitions that hold properties of scope `property`: each batch of each source ends there (sessions §12.1). */
  propertyStates(): readonly number[];
}

/** A hit that is not taken, and why; its message counts all the same. */
export interface RefusedHit {
  readonly message: StoredMessage;
  /** Among the sound hits of the message. */
  readonly place: number;
  readonly hitId: string;
  readonly namespace: string;
  readonly propertyId: string;
  readonly reason: 'UNKNOWN_PROPERTY' | 'QUOTA_EXCEEDED';
}

/** Keeps refused hits where an operator can see and replay them; resolves when they are stored. */
export interface RefusedHits {
  keep(refused: readonly RefusedHit[]): Promise<void>;
}

/** Whose hit it was. */
export interface HitOwner {
  readonly namespace: string;
  readonly propertyId: string;
}

/** What becomes of hits, for metrics (D21, sessions §12.8). A batch that fails is counted when it is applied at last, and a rebuild not at all. */
export interface IngestObserver {
  readonly onHit: (outcome: HitOutcome | 'capped', owner: HitOwner) => void;
  /** Not taken. `owner` is absent where no such property exists: what producers write must not make metrics without end. */
  readonly onRefused: (reason: string, owner: HitOwner | undefined) => void;
  readonly onCall: (elapsedMs: number) => void;
  readonly onOpened: (sessions: number) => void;
  readonly onMerges: (merges: number) => void;
}
