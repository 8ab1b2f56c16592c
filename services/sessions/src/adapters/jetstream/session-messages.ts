import { createHash } from 'node:crypto';
import { Refusal } from '@drawdown/errors';
import type { Subjects } from '@drawdown/eventlog';
import type { ProtoSessionClose, PublishedSession, SessionAddress, SessionRevision } from '../../domain/index.js';
import { headerToJson } from './session-header-json.js';
import {
  CHUNK_TYPE,
  CLOSED_TYPE,
  JSON_LINES_TYPE,
  JSON_TYPE,
  SESSION_HEADERS,
  SESSION_LIMITS,
  chunkId,
  sourceOf,
  type SessionMessageToPublish,
} from './session-wire.js';

/** The messages of one close id: chunks in any order, and when all of them are stored, the last. */
export interface CloseMessages {
  /** SHA-256 over the digests of the chunks, hexadecimal. */
  readonly contentHash: string;
  readonly chunks: readonly SessionMessageToPublish[];
  readonly last: SessionMessageToPublish;
}

const LINE_FEED = 0x0a;
const LINE_FEED_BYTES = Buffer.of(LINE_FEED);
/** What the first line of a chunk takes around its entries, and an entry around its JSON. */
const FIRST_LINE_BYTES = 256;
const ENTRY_BYTES = 32;

/**
 * One proto-session as messages (sessions §12.4). The same sessions give the same bytes and ids at every repeat: nothing here looks at a clock,
 * and fields stand in a fixed order.
 *
 * A chunk is JSON Lines: the first line says which sessions follow and with how many hits each, every other line is one hit, so that who wants
 * headers alone reads one line. A session that does not fit goes on in the next chunk.
 * @throws Refusal `SESSION_TOO_LARGE` when one header or one hit is more than a message holds.
 */
export const encodeClose = (subjects: Subjects, address: SessionAddress, close: ProtoSessionClose): CloseMessages => {
  const subject = subjects.sessions(address.state, address.namespace, address.propertyId);
  const bodies = chunkBodies(close);
  const contentHash = contentHashOf(bodies.map(digestOf));
  const message = (type: string, contentType: string, place: number, data: Uint8Array): SessionMessageToPublish => {
    const id = chunkId(close.closeId, contentHash, place);
    return { subject, messageId: `${subject}|${id}`, headers: ceHeaders(subject, type, contentType, id), data };
  };
  const closed = { closeId: close.closeId, chunks: bodies.length, sessions: close.sessions.length, contentHash };
  return {
    contentHash,
    chunks: bodies.map((body, place) => message(CHUNK_TYPE, JSON_LINES_TYPE, place, body)),
    last: message(CLOSED_TYPE, JSON_TYPE, bodies.length, Buffer.from(JSON.stringify(closed))),
  };
};

/** Digest of one chunk, as it goes into the content hash. */
export const digestOf = (body: Uint8Array): Buffer => createHash('sha256').update(body).digest();

export const contentHashOf = (digests: readonly Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const digest of digests) hash.update(digest);
  return hash.digest('hex');
};

export const ceHeaders = (subject: string, type: string, contentType: string, id: string): Readonly<Record<string, string>> => ({
  [SESSION_HEADERS.contentType]: contentType,
  [SESSION_HEADERS.specversion]: '1.0',
  [SESSION_HEADERS.id]: id,
  [SESSION_HEADERS.source]: sourceOf(subject),
  [SESSION_HEADERS.type]: type,
});

/** One entry of a first line: a whole header, or the name of a session whose header stood before. */
interface Entry {
  readonly about: { readonly header: object } | { readonly of: SessionRevision };
  readonly hits: Uint8Array[];
}

const chunkBodies = (close: ProtoSessionClose): Buffer[] => {
  const bodies: Buffer[] = [];
  let entries: Entry[] = [];
  let bytes = FIRST_LINE_BYTES;
  const end = (): void => {
    if (entries.length > 0) bodies.push(bodyOf(close.closeId, bodies.length, entries));
    entries = [];
    bytes = FIRST_LINE_BYTES;
  };
  const add = (about: Entry['about']): Entry => {
    const size = Buffer.byteLength(JSON.stringify(about)) + ENTRY_BYTES;
    checkSize(size, close.closeId);
    if (bytes + size > SESSION_LIMITS.chunkBytesMax) end();
    const entry: Entry = { about, hits: [] };
    entries.push(entry);
    bytes += size;
    return entry;
  };
  for (const session of close.sessions) {
    let entry = add({ header: headerToJson(session.header) });
    for (const hit of hitsOf(session)) {
      checkSize(hit.length + FIRST_LINE_BYTES + ENTRY_BYTES, close.closeId);
      if (bytes + hit.length + 1 > SESSION_LIMITS.chunkBytesMax) {
        end();
        entry = add({ of: { sessionId: session.header.sessionId, revision: session.header.revision } });
      }
      entry.hits.push(hit);
      bytes += hit.length + 1;
    }
  }
  end();
  return bodies;
};

/** A line feed inside a hit would make two of it. Compact JSON has none, so one that does is our own mistake. */
const hitsOf = ({ hits, header }: PublishedSession): readonly Uint8Array[] => {
  if (hits.some(hit => hit.includes(LINE_FEED))) throw new Error(`a hit of session ${header.sessionId} is not compact JSON`);
  return hits;
};

const bodyOf = (closeId: string, chunk: number, entries: readonly Entry[]): Buffer => {
  const sessions = entries.map(({ about, hits }) => ({ ...about, hits: hits.length }));
  const lines: Uint8Array[] = [Buffer.from(JSON.stringify({ closeId, chunk, sessions }))];
  for (const { hits } of entries) for (const hit of hits) lines.push(LINE_FEED_BYTES, hit);
  return Buffer.concat(lines);
};

const checkSize = (sizeBytes: number, closeId: string): void => {
  if (sizeBytes <= SESSION_LIMITS.messageBytesMax) return;
  throw new Refusal('SESSION_TOO_LARGE', `${closeId}: a header or a hit of ${sizeBytes} bytes does not fit into a message`, {
    closeId,
    sizeBytes: String(sizeBytes),
  });
};
