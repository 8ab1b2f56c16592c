import { Refusal } from '@drawdown/errors';
import { LIMITS } from './limits.js';
import type { Decision, RecordedMessage } from './log.js';
import type { StoredMessage } from './message.js';
import type { EventRegistry, Json, UnknownEvent } from './registry.js';
import { decodeToken, hasLoneSurrogate, percentEncode } from './tokens.js';

/** Headers of this package; `Drawdown-Commands` lists `<command id>:<body hash>`, percent-encoded, in the order of the decisions. */
export const HEADERS = {
  contentType: 'Content-Type',
  commands: 'Drawdown-Commands',
  eventTypes: 'Drawdown-Event-Types',
} as const;

export const BATCH_CONTENT_TYPE = 'application/cloudevents-batch+json';

/** One message, ready to be published. */
export interface Envelope {
  readonly headers: Readonly<Record<string, string>>;
  readonly data: Uint8Array;
}

interface Fragment {
  readonly subject: string;
  readonly json: string;
  readonly command: string;
  readonly types: readonly string[];
  readonly sizeBytes: number;
}

interface CloudEvent {
  readonly type: string;
  readonly commandid: string;
  readonly timeMs: number;
  readonly data: Json;
}

const RESERVED_HEADER = /^(?:nats-|drawdown-|content-type$)/i;
const utf8 = new TextEncoder();
const utf8Strict = new TextDecoder('utf-8', { fatal: true });
/** Commas and separators that a decision adds to a message. */
const SEPARATOR_BYTES = 4;

/**
 * Decisions as a CloudEvents batch and back. Every CloudEvent is whole in itself: id `<command id>/<ordinal>`, source the aggregate's
 * subject, time that of the command, and the extension `commandid`. A decision is turned into text once, however often it is sized and sent.
 */
export class EnvelopeCodec<E> {
  readonly #registry: EventRegistry<E>;
  readonly #fragments = new WeakMap<Decision<E>, Fragment>();

  constructor(registry: EventRegistry<E>) {
    this.#registry = registry;
  }

  sizeBytes(subject: string, decision: Decision<E>): number {
    return this.#fragment(subject, decision).sizeBytes;
  }

  /** @param extra headers of the caller's, carried along */
  encode(subject: string, decisions: readonly Decision<E>[], extra: Readonly<Record<string, string>> = {}): Envelope {
    if (decisions.length === 0) throw new Error('an append needs a decision');
    const reserved = Object.keys(extra).find(name => RESERVED_HEADER.test(name));
    if (reserved !== undefined) throw new Error(`header ${reserved} is not a caller's to set`);
    const fragments = decisions.map(decision => this.#fragment(subject, decision));
    return {
      headers: {
        ...extra,
        [HEADERS.contentType]: BATCH_CONTENT_TYPE,
        [HEADERS.commands]: fragments.map(fragment => fragment.command).join(','),
        [HEADERS.eventTypes]: [...new Set(fragments.flatMap(fragment => fragment.types))].join(','),
      },
      data: utf8.encode(`[${fragments.map(fragment => fragment.json).join(',')}]`),
    };
  }

  /** @throws Refusal `EVENT_MALFORMED`: the bytes are not a batch that this codec wrote. */
  decode(message: StoredMessage): RecordedMessage<E> {
    const decisions = readCommands(message).map(({ commandId, bodyHash }) => ({
      commandId,
      bodyHash,
      decidedAtMs: 0,
      events: [] as (E | UnknownEvent)[],
    }));
    const byId = new Map(decisions.map(decision => [decision.commandId, decision]));
    for (const event of readEvents(message)) {
      const decision = byId.get(event.commandid);
      if (decision === undefined) throw malformed(message, 'an event of a command that the headers do not list');
      decision.decidedAtMs = event.timeMs;
      decision.events.push(this.#registry.decode(event.type, event.data));
    }
    return { sequence: message.sequence, timeMs: message.timeMs, decisions };
  }

  #fragment(subject: string, decision: Decision<E>): Fragment {
    const present = this.#fragments.get(decision);
    if (present?.subject === subject) return present;
    const made = this.#encodeDecision(subject, decision);
    this.#fragments.set(decision, made);
    return made;
  }

  #encodeDecision(subject: string, decision: Decision<E>): Fragment {
    checkDecision(decision);
    const tokens = subject.split('.');
    const common = {
      source: `/${tokens.join('/')}`,
      subject: decodeToken(tokens.at(-1) ?? '') ?? tokens.at(-1),
      time: new Date(decision.decidedAtMs).toISOString(),
      datacontenttype: 'application/json',
      commandid: decision.commandId,
    };
    const encoded = decision.events.map(event => this.#registry.encode(event));
    const json = encoded
      .map(({ type, data }, ordinal) =>
        JSON.stringify({ specversion: '1.0', id: `${decision.commandId}/${ordinal}`, type, ...common, data }),
      )
      .join(',');
    const command = `${percentEncode(decision.commandId)}:${percentEncode(decision.bodyHash)}`;
    const types = [...new Set(encoded.map(event => event.type))];
    const headerBytes = command.length + types.reduce((sum, type) => sum + type.length + 1, 0);
    return { subject, json, command, types, sizeBytes: Buffer.byteLength(json) + headerBytes + SEPARATOR_BYTES };
  }
}

const checkDecision = (decision: Decision<unknown>): void => {
  const idBytes = Buffer.byteLength(decision.commandId);
  if (idBytes === 0 || idBytes > LIMITS.commandIdBytesMax || hasLoneSurrogate(decision.commandId)) {
    const description = `is 1 to ${LIMITS.commandIdBytesMax} bytes of UTF-8`;
    throw new Refusal('VALIDATION', `a command id ${description}`, { field: 'command_id' }, [{ field: 'command_id', description }]);
  }
  if (decision.events.length === 0) throw new Error('a decision without events is not recorded');
  if (!Number.isSafeInteger(decision.decidedAtMs)) throw new Error('the time of a decision is in whole milliseconds');
};

const readCommands = (message: StoredMessage): { commandId: string; bodyHash: string }[] => {
  const header = message.headers.get(HEADERS.commands);
  if (header === undefined || header === '') throw malformed(message, `no header ${HEADERS.commands}`);
  return header.split(',').map(entry => {
    const [id = '', hash = ''] = entry.split(':');
    const commandId = decodeToken(id);
    const bodyHash = hash === '' ? '' : decodeToken(hash);
    if (commandId === undefined || bodyHash === undefined) throw malformed(message, `header ${HEADERS.commands} is not ours`);
    return { commandId, bodyHash };
  });
};

const readEvents = (message: StoredMessage): CloudEvent[] => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(utf8Strict.decode(message.data));
  } catch (error) {
    throw malformed(message, 'not JSON', error);
  }
  if (!Array.isArray(parsed)) throw malformed(message, 'not a batch');
  return parsed.map(entry => readEvent(message, entry));
};

const readEvent = (message: StoredMessage, entry: unknown): CloudEvent => {
  if (typeof entry !== 'object' || entry === null) throw malformed(message, 'an entry is not an event');
  const { type, commandid, time, data } = entry as Readonly<Record<string, unknown>>;
  const timeMs = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  if (typeof type !== 'string' || typeof commandid !== 'string' || Number.isNaN(timeMs)) {
    throw malformed(message, 'an event lacks type, commandid or time');
  }
  return { type, commandid, timeMs, data: (data ?? null) as Json };
};

const malformed = (message: StoredMessage, detail: string, cause?: unknown): Refusal =>
  new Refusal(
    'EVENT_MALFORMED',
    `message ${message.sequence} of ${message.subject}: ${detail}`,
    { subject: message.subject, sequence: String(message.sequence), detail },
    [],
    { cause },
  );
