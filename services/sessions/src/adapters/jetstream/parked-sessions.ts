import { Refusal } from '@drawdown/errors';
import { LogUnavailable, type SubjectReader, type Subjects } from '@drawdown/eventlog';
import { DeadLetterHeaders } from '@drawdown/partitions';
import type { JetStreamClient } from '@nats-io/jetstream';
import { headers as newHeaders } from '@nats-io/transport-node';
import type { CommandPlace } from '../../application/commands/ports.js';
import type { Parking } from '../../application/hand-over/hand-over.js';
import type { FrozenPart, FrozenSession, SessionStore, Wheel } from '../../application/store/session-store.js';
import { readablePieces, type ParkedPiece } from './parked-pieces.js';
import { decodeSessionMessage } from './session-decode.js';
import type { SessionPublisher } from './session-publisher.js';

/** Reason of the dead letters that hold the parts of a parked proto-session. */
export const SESSION_PARKED = 'SESSION_PARKED';
const CLOSE_ID_HEADER = 'Drawdown-Close-Id';
/** Of a chunk, before the last piece is added; a piece has at most 512 KiB, two thirds of a message in base64. */
const CHUNK_BYTES_MAX = 256 * 1_024;
const PUBLISH_TIMEOUT_MS = 5_000;

/** What one dead letter of a parked proto-session holds. */
export interface ParkedChunk {
  readonly wheel: Wheel;
  readonly frozen: Omit<FrozenSession, 'parts'>;
  readonly clientKeys: readonly string[];
  readonly place: number;
  readonly chunks: number;
  readonly pieces: readonly ParkedPiece[];
}

/** Which parked proto-session is meant, and what becomes of what cannot be read of it. */
export interface ParkedName {
  readonly closeId: string;
  readonly namespace: string;
  readonly propertyId: string;
  /** It stays in the dead letters. */
  readonly dropUnreadable: boolean;
}

interface Parked extends Pick<ParkedChunk, 'wheel' | 'clientKeys'> {
  readonly chunks: readonly ParkedChunk[];
  readonly sinceMs: number;
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

  /**
   * Puts a parked proto-session back into the queue; one that was handed over since stays as it is. Undefined when none of this property was parked
   * under this close id.
   * @throws Refusal `SESSION_UNREADABLE` when a piece of it still cannot be read, unless it is to be left out
   */
  async putBack({ closeId, namespace, propertyId, dropUnreadable }: ParkedName): Promise<CommandPlace | undefined> {
    const { sessions, subjects, store } = this.options;
    const parked = await this.#find(closeId);
    const frozen = parked?.chunks[0]?.frozen;
    if (parked === undefined || frozen?.namespace !== namespace || frozen.propertyId !== propertyId) return undefined;
    const { wheel, clientKeys, chunks, sinceMs } = parked;
    const subject = subjects.sessions(wheel.state, namespace, propertyId);
    const handedOver = await this.#handedOver(subject, closeId, sinceMs);
    if (handedOver !== undefined) return { partition: wheel.state, sequence: handedOver };
    const { pieces, unreadable } = await readablePieces(chunks.flatMap(chunk => chunk.pieces));
    if (unreadable > 0 && !dropUnreadable) {
      throw new Refusal('SESSION_UNREADABLE', 'not everything of the session can be read; it can be put back without that', {
        closeId,
        unreadable: String(unreadable),
      });
    }
    // A decision counts hits by their places: without some of them it is made anew.
    const answer = unreadable > 0 ? null : frozen.answer;
    await store.unpark(wheel, { ...frozen, answer, parts: partsOf(clientKeys, pieces) });
    return { partition: wheel.state, sequence: await sessions.lastSequence(subject) };
  }

  /** All chunks as they were published last; undefined unless they are complete. */
  async #find(closeId: string): Promise<Parked | undefined> {
    const { reader, subjects, service } = this.options;
    const byPlace = new Map<number, ParkedChunk>();
    let latest: { readonly chunk: ParkedChunk; readonly timeMs: number } | undefined;
    for await (const { headers, data, timeMs } of reader.from(subjects.deadletters(service), 1)) {
      if (headers.get(DeadLetterHeaders.reason) !== SESSION_PARKED || headers.get(CLOSE_ID_HEADER) !== closeId) continue;
      const chunk = JSON.parse(Buffer.from(data).toString()) as ParkedChunk;
      byPlace.set(chunk.place, chunk);
      latest = { chunk, timeMs };
    }
    if (latest === undefined) return undefined;
    const { chunk, timeMs } = latest;
    const chunks = Array.from({ length: chunk.chunks }, (_unused, place) => byPlace.get(place)).filter(found => found !== undefined);
    return chunks.length < chunk.chunks ? undefined : { wheel: chunk.wheel, clientKeys: chunk.clientKeys, chunks, sinceMs: timeMs };
  }

  /** Sequence of the last message of a close that was published since it was parked. */
  async #handedOver(subject: string, closeId: string, sinceMs: number): Promise<number | undefined> {
    const { sessions, subjects } = this.options;
    const first = await sessions.firstSince(subject, sinceMs);
    if (first === undefined) return undefined;
    for await (const message of sessions.from(subject, first.sequence)) {
      const decoded = decodeSessionMessage(subjects, message);
      if (decoded.ok && decoded.value.kind === 'closed' && decoded.value.closeId === closeId) return message.sequence;
    }
    return undefined;
  }

  async #publish(chunk: ParkedChunk, detail: string): Promise<void> {
    const { publisher, subjects, service } = this.options;
    const { state } = chunk.wheel;
    const { closeId, namespace, propertyId } = chunk.frozen;
    const told = `close ${closeId}, part ${String(chunk.place + 1)} of ${String(chunk.chunks)}: ${detail}`;
    const subject = subjects.deadletters(service);
    const sent = newHeaders();
    sent.set(DeadLetterHeaders.reason, SESSION_PARKED);
    sent.set(DeadLetterHeaders.detail, told.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 512));
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
  const groups: ParkedPiece[][] = [[]];
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

const partsOf = (clientKeys: readonly string[], pieces: readonly ParkedPiece[]): readonly FrozenPart[] => {
  const of = (clientKey: string, kind: ParkedPiece['kind']): readonly Buffer[] =>
    pieces.filter(piece => piece.clientKey === clientKey && piece.kind === kind).map(({ data }) => Buffer.from(data, 'base64'));
  return clientKeys.map(clientKey => ({ clientKey, raw: of(clientKey, 'raw'), segments: of(clientKey, 'segment') }));
};
