import { LogUnavailable, type SubjectReader, type Subjects } from '@drawdown/eventlog';
import { DeadLetterHeaders } from '@drawdown/partitions';
import type { JetStreamClient } from '@nats-io/jetstream';
import { headers as newHeaders } from '@nats-io/transport-node';
import type { CommandPlace } from '../../application/commands/ports.js';
import type { Parking } from '../../application/hand-over/hand-over.js';
import type { FrozenPart, FrozenSession, SessionStore, Wheel } from '../../application/store/session-store.js';
import type { SessionPublisher } from './session-publisher.js';

/** Reason of the dead letters that hold the parts of a parked proto-session. */
export const SESSION_PARKED = 'SESSION_PARKED';
const CLOSE_ID_HEADER = 'Drawdown-Close-Id';
/** Of a chunk, before the last piece is added; a piece has at most 512 KiB, two thirds of a message in base64. */
const CHUNK_BYTES_MAX = 256 * 1_024;
const PUBLISH_TIMEOUT_MS = 5_000;

interface Piece {
  readonly clientKey: string;
  readonly kind: 'raw' | 'segment';
  /** Base64: what does not decode is kept as it lies. */
  readonly data: string;
}

/** What one dead letter of a parked proto-session holds. */
export interface ParkedChunk {
  readonly wheel: Wheel;
  readonly frozen: Omit<FrozenSession, 'parts'>;
  readonly clientKeys: readonly string[];
  readonly place: number;
  readonly chunks: number;
  readonly pieces: readonly Piece[];
}

export interface ParkedSessionsOptions {
  readonly publisher: Pick<JetStreamClient, 'publish'>;
  /** Of the dead letters. */
  readonly reader: SubjectReader;
  /** Of the sessions. */
  readonly sessions: SubjectReader;
  readonly subjects: Subjects;
  readonly service: string;
  readonly store: Pick<SessionStore, 'park' | 'unpark'>;
  readonly sessionLog: SessionPublisher;
}

/** Proto-sessions that could not be handed over: their parts lie in the dead letters until somebody puts them back (D7). */
export class ParkedSessions implements Parking {
  constructor(private readonly options: ParkedSessionsOptions) {}

  async park(wheel: Wheel, frozen: FrozenSession, attempts: number, error: unknown): Promise<void> {
    const { store, sessionLog } = this.options;
    const detail = error instanceof Error ? error.message : String(error);
    for (const chunk of chunksOf(wheel, frozen)) await this.#publish(chunk, detail);
    const { closeId, sessionKey, namespace, propertyId } = frozen;
    const fact = { type: 'parked', lane: wheel.lane, closeId, sessionKey, attempts, reason: SESSION_PARKED, detail } as const;
    await sessionLog.announce({ state: wheel.state, namespace, propertyId }, fact, `parked.${closeId}`);
    await store.park(wheel, closeId);
  }

  /** Puts a parked proto-session back into the queue; undefined when none of this property was parked under this close id. */
  async putBack(closeId: string, namespace: string, propertyId: string): Promise<CommandPlace | undefined> {
    const { reader, subjects, service, store } = this.options;
    const chunks = new Map<number, ParkedChunk>();
    for await (const { headers, data } of reader.from(subjects.deadletters(service), 1)) {
      if (headers.get(DeadLetterHeaders.reason) !== SESSION_PARKED || headers.get(CLOSE_ID_HEADER) !== closeId) continue;
      const chunk = JSON.parse(Buffer.from(data).toString()) as ParkedChunk;
      chunks.set(chunk.place, chunk);
    }
    const [first] = chunks.values();
    if (first === undefined || chunks.size < first.chunks) return undefined;
    if (first.frozen.namespace !== namespace || first.frozen.propertyId !== propertyId) return undefined;
    await store.unpark(first.wheel, { ...first.frozen, parts: partsOf(first.clientKeys, [...chunks.values()]) });
    const { state } = first.wheel;
    return { partition: state, sequence: await this.options.sessions.lastSequence(subjects.sessions(state, namespace, propertyId)) };
  }

  async #publish(chunk: ParkedChunk, detail: string): Promise<void> {
    const { publisher, subjects, service } = this.options;
    const { state } = chunk.wheel;
    const { closeId, namespace, propertyId } = chunk.frozen;
    const subject = subjects.deadletters(service);
    const sent = newHeaders();
    sent.set(DeadLetterHeaders.reason, SESSION_PARKED);
    sent.set(DeadLetterHeaders.detail, detail.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 512));
    sent.set(DeadLetterHeaders.stream, 'sessions');
    sent.set(DeadLetterHeaders.subject, subjects.sessions(state, namespace, propertyId));
    sent.set(DeadLetterHeaders.sequence, '0');
    sent.set(CLOSE_ID_HEADER, closeId);
    const msgID = `${subject}|parked.${closeId}#${String(chunk.place)}`;
    try {
      await publisher.publish(subject, JSON.stringify(chunk), { headers: sent, msgID, timeout: PUBLISH_TIMEOUT_MS });
    } catch (error) {
      throw new LogUnavailable(subject, error instanceof Error ? error.message : String(error), { cause: error });
    }
  }
}

const chunksOf = (wheel: Wheel, { parts, ...frozen }: FrozenSession): readonly ParkedChunk[] => {
  const groups: Piece[][] = [[]];
  let bytes = 0;
  for (const { clientKey, raw, segments } of parts) {
    const pieces = [...segments.map(data => ({ kind: 'segment' as const, data })), ...raw.map(data => ({ kind: 'raw' as const, data }))];
    for (const { kind, data } of pieces) {
      if (bytes > 0 && bytes + data.length > CHUNK_BYTES_MAX) {
        groups.push([]);
        bytes = 0;
      }
      groups.at(-1)?.push({ clientKey, kind, data: data.toString('base64') });
      bytes += data.length;
    }
  }
  const clientKeys = parts.map(({ clientKey }) => clientKey);
  return groups.map((pieces, place) => ({ wheel, frozen, clientKeys, place, chunks: groups.length, pieces }));
};

const partsOf = (clientKeys: readonly string[], chunks: readonly ParkedChunk[]): readonly FrozenPart[] => {
  const pieces = [...chunks].sort((a, b) => a.place - b.place).flatMap(chunk => chunk.pieces);
  const of = (clientKey: string, kind: Piece['kind']): readonly Buffer[] =>
    pieces.filter(piece => piece.clientKey === clientKey && piece.kind === kind).map(({ data }) => Buffer.from(data, 'base64'));
  return clientKeys.map(clientKey => ({ clientKey, raw: of(clientKey, 'raw'), segments: of(clientKey, 'segment') }));
};
