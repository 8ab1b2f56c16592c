import type { StoredMessage } from '@drawdown/eventlog';
import type { Property } from '../../domain/index.js';
import type { SessionStore } from '../store/session-store.js';

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
  readonly hitId: string;
  readonly namespace: string;
  readonly propertyId: string;
  readonly reason: 'UNKNOWN_PROPERTY' | 'QUOTA_EXCEEDED';
}

/** Keeps refused hits where an operator can see and replay them; resolves when they are stored. */
export interface RefusedHits {
  keep(refused: readonly RefusedHit[]): Promise<void>;
}

/** What becomes of hits, for metrics (D21, sessions §12.8). */
export interface IngestObserver {
  readonly onHit: (outcome: string, namespace: string, propertyId: string) => void;
  readonly onCall: (hits: number, elapsedMs: number) => void;
  readonly onMerges: (merges: number) => void;
}
