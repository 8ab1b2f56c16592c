import type { SessionHeader, SessionRevision } from '../../domain/index.js';
import type { Publication } from './publications.js';

/** A session as its newest revision says it. */
export interface SessionImage {
  readonly header: SessionHeader;
  readonly closeId: string;
  /** Stream sequence of the last message of its publication, or of the erasure that changed it. */
  readonly sequence: number;
  /** Server's time of that publication. */
  readonly closedAtMs: number;
}

/** Hits that one revision of a session brought, as they lay in one chunk. */
export interface HitsImage extends SessionRevision {
  readonly namespace: string;
  readonly propertyId: string;
  /** From 0. */
  readonly part: number;
  /** How many parts the revision has. */
  readonly parts: number;
  /** Whose hits belong to it as well; the same in each part. */
  readonly continues: readonly SessionRevision[];
  /** Start of the session: nothing in it is earlier. */
  readonly startedAtMs: number;
  readonly hits: number;
  /** Compact JSON, separated by line feeds. */
  readonly lines: Uint8Array;
  readonly sequence: number;
}

export interface SessionImages {
  readonly sessions: readonly SessionImage[];
  readonly hits: readonly HitsImage[];
  /** The newest session of the service's own (sessions §15.14). */
  readonly probe?: SessionImage | undefined;
}

/** What a whole publication says. Superseded sessions bring no hits: theirs lie where they lay, and their successor names them. */
export const imagesOf = (publication: Publication, sequence: number, timeMs: number): SessionImages => {
  const headers: SessionHeader[] = [];
  const parts = new Map<string, { readonly header: SessionHeader; readonly parts: { hits: number; lines: Uint8Array }[] }>();
  for (const entry of publication.chunks.flatMap(chunk => chunk.entries)) {
    const { hits, lines } = entry;
    if ('header' in entry) {
      headers.push(entry.header);
      parts.set(revisionKey(entry.header), { header: entry.header, parts: [{ hits, lines }] });
    } else parts.get(revisionKey(entry.of))?.parts.push({ hits, lines });
  }
  const { closeId } = publication;
  return {
    sessions: headers.map(header => ({ header, closeId, sequence, closedAtMs: timeMs })),
    hits: [...parts.values()].flatMap(of => (of.header.kind === 'superseded' ? [] : hitsImages(of.header, of.parts, sequence))),
  };
};

const hitsImages = (
  { namespace, propertyId, sessionId, revision, continues, startedAtMs }: SessionHeader,
  all: readonly { readonly hits: number; readonly lines: Uint8Array }[],
  sequence: number,
): HitsImage[] => {
  // A header at the end of a chunk has its hits in the next one.
  const parts = all.length > 1 && all[0]?.hits === 0 ? all.slice(1) : all;
  return parts.map(({ hits, lines }, part) => ({
    namespace,
    propertyId,
    sessionId,
    revision,
    part,
    parts: parts.length,
    continues,
    startedAtMs,
    hits,
    lines,
    sequence,
  }));
};

/** Names a revision within its property. */
export const revisionKey = ({ sessionId, revision }: SessionRevision): string => `${revision}/${sessionId}`;
