/** CloudEvents types on `DRAWDOWN_SESSIONS` are `drawdown.sessions.session.<event>.v<n>` (design §4.12). */
export const SESSION_AGGREGATE = 'drawdown.sessions.session';
export const CHUNK_TYPE = `${SESSION_AGGREGATE}.chunk.v1`;
export const CLOSED_TYPE = `${SESSION_AGGREGATE}.closed.v1`;

export const SESSION_HEADERS = {
  contentType: 'Content-Type',
  specversion: 'ce-specversion',
  id: 'ce-id',
  source: 'ce-source',
  type: 'ce-type',
} as const;

/** One JSON value. */
export const JSON_TYPE = 'application/json';
/** JSON values separated by line feeds: the first says what the others are. */
export const JSON_LINES_TYPE = 'application/jsonl';

export const SESSION_LIMITS = {
  /** Bytes of a chunk; only a single hit that is larger by itself goes beyond (sessions §12.4). */
  chunkBytesMax: 512 * 1_024,
  /** What the broker takes in one message, less room for headers. */
  messageBytesMax: 1_048_576 - 8 * 1_024,
  /** Characters of the content hash in ids of messages. */
  shortHashChars: 16,
} as const;

/** A message of the stream, ready to be published. */
export interface SessionMessageToPublish {
  readonly subject: string;
  /** `Nats-Msg-Id`: `<stored subject>|<command id>` (design §4.5). */
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: Uint8Array;
}

/** Which part of which publication a chunk is; `#<place>` at the end of its id. */
export const chunkId = (closeId: string, contentHash: string, place: number): string =>
  `${closeId}.${contentHash.slice(0, SESSION_LIMITS.shortHashChars)}#${place}`;

/** CloudEvents source of a message: the subject that it is published to. */
export const sourceOf = (subject: string): string => `/${subject.replaceAll('.', '/')}`;
