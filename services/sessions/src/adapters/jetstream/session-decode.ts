import { Refusal, isRefusal } from '@drawdown/errors';
import { decodeToken, isUnknownEvent, type Json, type StoredMessage, type Subjects } from '@drawdown/eventlog';
import type { Decoded } from '@drawdown/partitions';
import { rewrittenFrom, type Origin } from '../../application/erasure/rewritten.js';
import type { ChunkEntry, SessionLogEntry } from '../../application/views/session-log.js';
import { Fields } from './session-fields.js';
import { sessionFacts } from './session-facts.js';
import { headerFromJson, revisionFromJson } from './session-header-json.js';
import { digestOf } from './session-messages.js';
import { CHUNK_TYPE, CLOSED_TYPE, SESSION_AGGREGATE, SESSION_HEADERS } from './session-wire.js';

const LINE_FEED = 0x0a;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a message of `DRAWDOWN_SESSIONS`. Pure: follows from subject, headers and bytes alone. Types and versions that this build does not know
 * are passed over, not refused.
 */
export const decodeSessionMessage = (subjects: Subjects, message: StoredMessage): Decoded<SessionLogEntry> => {
  const state = subjects.parse(message.subject)?.partition;
  if (state === undefined) return { ok: false, reason: 'SUBJECT_MISMATCH', detail: `${message.subject} is not a subject of sessions` };
  try {
    return { ok: true, value: entryOf(state, message) };
  } catch (error) {
    if (isRefusal(error)) return { ok: false, reason: error.reason, detail: error.message };
    throw error;
  }
};

const entryOf = (state: number, message: StoredMessage): SessionLogEntry => {
  const type = message.headers.get(SESSION_HEADERS.type) ?? '';
  const id = message.headers.get(SESSION_HEADERS.id) ?? '';
  switch (type) {
    case CHUNK_TYPE:
      return chunkOf(message.data, id);
    case CLOSED_TYPE:
      return closedOf(Fields.of(parsed(message.data)), rewrittenFrom(message));
    default:
      return type.startsWith(`${SESSION_AGGREGATE}.`) ? factOf(state, type, id, parsed(message.data)) : { kind: 'unknown', type };
  }
};

const parsed = (data: Uint8Array): unknown => {
  try {
    return JSON.parse(utf8.decode(data)) as unknown;
  } catch (error) {
    throw new Refusal('UNPARSABLE', error instanceof Error ? error.message : String(error));
  }
};

const malformed = (detail: string): Refusal => new Refusal('EVENT_MALFORMED', detail);

const chunkOf = (data: Uint8Array, id: string): SessionLogEntry => {
  const end = data.indexOf(LINE_FEED);
  const first = Fields.of(parsed(end === -1 ? data : data.subarray(0, end)));
  const closeId = first.text('closeId');
  const place = first.integer('chunk');
  const entries: ChunkEntry[] = [];
  let from = end === -1 ? data.length : end + 1;
  first.list('sessions', entry => {
    const hits = entry.integer('hits');
    const to = skipLines(data, from, hits);
    const lines = hits === 0 ? new Uint8Array() : data.subarray(from, to - 1);
    const about = entry.has('header') ? { header: headerFromJson(entry.child('header')) } : { of: revisionFromJson(entry.child('of')) };
    entries.push({ ...about, hits, lines });
    from = to;
  });
  // The id ends in the hash of the whole publication, which tells the chunks of two different ones apart.
  const shortHash = /^(?<closeId>.+)\.(?<hash>[0-9a-f]{16})#\d+$/.exec(id)?.groups;
  if (shortHash?.['closeId'] !== closeId || shortHash['hash'] === undefined) throw malformed(`the id ${id} is not that of a chunk`);
  return { kind: 'chunk', closeId, shortHash: shortHash['hash'], place, digest: digestOf(data), bytes: data.length, entries };
};

/** Behind the line feed of the last of these lines; the end of the data counts as one. */
const skipLines = (data: Uint8Array, from: number, lines: number): number => {
  let at = from;
  for (let line = 0; line < lines; line += 1) {
    if (at >= data.length) throw malformed('a chunk has fewer hits than it says');
    const feed = data.indexOf(LINE_FEED, at);
    at = feed === -1 ? data.length + 1 : feed + 1;
  }
  return at;
};

const closedOf = (fields: Fields, origin: Origin | undefined): SessionLogEntry => ({
  kind: 'closed',
  closeId: fields.text('closeId'),
  chunks: fields.integer('chunks'),
  sessions: fields.integer('sessions'),
  contentHash: fields.text('contentHash'),
  ...(origin === undefined ? {} : { rewritten: { timeMs: origin.timeMs, isCounted: origin.isCounted } }),
});

const factOf = (state: number, type: string, id: string, data: unknown): SessionLogEntry => {
  const event = sessionFacts.decode(type, data as Json);
  if (isUnknownEvent(event)) return { kind: 'unknown', type };
  const { namespace, propertyId, ...fact } = event;
  return { kind: 'fact', commandId: decodeToken(id) ?? id, address: { state, namespace, propertyId }, fact };
};
