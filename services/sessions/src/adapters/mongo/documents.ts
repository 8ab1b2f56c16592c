import type { CollectionDeclaration, ProjectedDocument, ReadModelDeclaration } from '@drawdown/projections';
import type { Binary } from 'mongodb';
import type { SessionHeader, SessionRevision } from '../../domain/index.js';

/** A session at its newest revision; superseded ones stay as tombstones that name their successor (sessions §15.2). */
export interface SessionDocument extends ProjectedDocument {
  readonly partition: number;
  readonly namespace: string;
  readonly propertyId: string;
  readonly lane: string;
  readonly revision: number;
  readonly sequence: number;
  readonly isSuperseded: boolean;
  readonly startedAtMs: number;
  readonly clientKeys: readonly string[];
  /** Empty: none. */
  readonly userId: string;
  readonly closeId: string;
  readonly closedAtMs: number;
  readonly header: SessionHeader;
}

/**
 * Hits that one revision of a session brought, as they lay in one chunk: at most 512 KiB or a single hit, where a document may hold 16 MiB and a
 * session ten thousand hits.
 */
export interface HitsDocument extends ProjectedDocument {
  readonly partition: number;
  readonly namespace: string;
  readonly propertyId: string;
  readonly sessionId: string;
  readonly revision: number;
  readonly sequence: number;
  readonly part: number;
  readonly parts: number;
  readonly continues: readonly SessionRevision[];
  readonly startedAtMs: number;
  readonly hits: number;
  /** Compact JSON, separated by line feeds. */
  readonly lines: Binary;
}

/** Whose hits were erased in one partition; kept, so that a publication that was under way cannot bring them back. */
export interface ErasureDocument extends ProjectedDocument {
  readonly partition: number;
  readonly namespace: string;
  readonly propertyId: string;
  readonly clientKeys: readonly string[];
  readonly userKeys: readonly string[];
  readonly erasedAtMs: number;
  readonly sequence: number;
}

/** The newest session of the service's own in one partition (sessions §15.14); the id is the partition's number. */
export interface ProbeDocument extends ProjectedDocument {
  readonly partition: number;
  readonly sessionId: string;
  readonly startedAtMs: number;
  readonly closedAtMs: number;
  readonly sequence: number;
}

export const SESSIONS: CollectionDeclaration<SessionDocument> = {
  name: 'sessions',
  // A revision that is newer wins whatever came first in the stream; the sequence tells repeats of one apart.
  sequences: ['revision', 'sequence'],
  indexes: [
    { key: { partition: 1, _id: 1 } },
    { key: { partition: 1, closedAtMs: 1, _id: 1 } },
    { key: { namespace: 1, propertyId: 1, startedAtMs: -1, _id: 1 } },
    { key: { namespace: 1, propertyId: 1, clientKeys: 1, startedAtMs: -1, _id: 1 } },
    { key: { namespace: 1, propertyId: 1, userId: 1, startedAtMs: -1, _id: 1 } },
  ],
};

export const SESSION_HITS: CollectionDeclaration<HitsDocument> = {
  name: 'session_hits',
  sequences: ['sequence'],
  indexes: [
    { key: { partition: 1, _id: 1 } },
    { key: { partition: 1, sequence: 1 } },
    { key: { namespace: 1, propertyId: 1, sessionId: 1, revision: 1, part: 1 } },
  ],
};

export const ERASURES: CollectionDeclaration<ErasureDocument> = {
  name: 'session_erasures',
  sequences: ['sequence'],
  indexes: [{ key: { partition: 1, _id: 1 } }],
};

export const PROBES: CollectionDeclaration<ProbeDocument> = { name: 'session_probes', sequences: ['sequence'], indexes: [] };

/** Everything that is folded from `DRAWDOWN_SESSIONS`, thrown away and rebuilt together (design §3.5). */
export const SESSIONS_READ_MODEL: ReadModelDeclaration = { name: 'sessions', collections: [SESSIONS, SESSION_HITS, ERASURES, PROBES] };
