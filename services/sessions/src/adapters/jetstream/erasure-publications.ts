import type { Subjects } from '@drawdown/eventlog';
import { isHitOf, seenKey, withoutNames, type ErasedPerson, type KnownNames } from '../../application/erasure/person.js';
import type { ErasablePublications } from '../../application/erasure/ports.js';
import { originOf, REWRITTEN_HEADER, rewrittenFrom, rewrittenMark, type Origin } from '../../application/erasure/rewritten.js';
import { decodeHit, type ProtoSessionClose, type PublishedSession } from '../../domain/index.js';
import type { ErasingStream } from './erasing-stream.js';
import { mentions } from './erasure-envelope.js';
import { PublicationScan, type FoundPublication } from './publication-scan.js';
import { encodeClose } from './session-messages.js';
import type { SessionMessageToPublish } from './session-wire.js';

export interface PublicationErasureOptions {
  readonly stream: ErasingStream;
  readonly subjects: Subjects;
  /** Up to which message of a state partition usage was published. */
  readonly usageUpTo: (state: number) => Promise<number>;
}

type Found = Omit<FoundPublication, 'close'>;

/**
 * A person's hits and names in DRAWDOWN_SESSIONS (sessions §15.11): a publication that holds any is written again, whole, without them. The newest first:
 * a later revision may name whom only the hits of an earlier one show, so these go last.
 */
export class PublicationErasure implements ErasablePublications {
  constructor(private readonly options: PublicationErasureOptions) {}

  last({ namespace, propertyId }: ErasedPerson, state: number): Promise<number> {
    return this.options.stream.reader.lastSequence(this.options.subjects.sessions(state, namespace, propertyId));
  }

  async *erase(...[erased, state, clientKeys, lost, signal]: Parameters<ErasablePublications['erase']>): AsyncGenerator<number> {
    const { stream, subjects } = this.options;
    const { namespace, propertyId } = erased;
    const scan = new PublicationScan(stream.reader, subjects);
    const seen = new Set<string>();
    const affected: Found[] = [];
    for await (const { close, ...found } of scan.all(subjects.sessions(state, namespace, propertyId))) {
      signal.throwIfAborted();
      const origin = originOf(found.last);
      const isRewritten = rewrittenFrom(found.last) !== undefined;
      noteSeen(close, erased, origin, seen);
      const left = withoutPerson(close, erased, origin, { clientKeys, seen });
      close.sessions.forEach((session, index) => {
        // An erasure that broke off has left these without their next revision, perhaps.
        if (isRewritten || session !== left.sessions[index]) lost(session.header.sessionId);
      });
      if (left !== close) affected.push(found);
    }
    for (const found of affected.reverse()) {
      signal.throwIfAborted();
      yield await this.#rewrite(erased, state, found, { clientKeys, seen });
    }
    for (const message of await scan.remains()) {
      if (!mentions(message.data, erased)) continue;
      await stream.erase(message);
      yield 1;
    }
  }

  /** @returns messages that went */
  async #rewrite(erased: ErasedPerson, state: number, found: Found, names: KnownNames): Promise<number> {
    const { stream, subjects, usageUpTo } = this.options;
    const { namespace, propertyId } = erased;
    const { last, chunks } = found;
    const close = await new PublicationScan(stream.reader, subjects).readAgain(found);
    if (close === undefined) return 0;
    const origin = originOf(last);
    const messages = encodeClose(subjects, { state, namespace, propertyId }, withoutPerson(close, erased, origin, names));
    const isCounted = origin.isCounted || last.sequence <= (await usageUpTo(state));
    const mark = rewrittenMark({ ...origin, isCounted });
    for (const message of [...messages.chunks, messages.last]) await this.#append(message, mark);
    for (const original of [...chunks.map(sequence => ({ sequence })), last]) await stream.erase(original);
    return chunks.length + 1;
  }

  async #append({ subject, headers, data, messageId }: SessionMessageToPublish, mark: string): Promise<void> {
    await this.options.stream.append({
      subject,
      data,
      messageId,
      headers: new Map([...Object.entries(headers), [REWRITTEN_HEADER, mark]]),
    });
  }
}

/** What was published before is the person's whatever its time says; what came later only where its hits did not. */
const isErased = (line: Uint8Array, erased: ErasedPerson, origin: Origin): boolean => {
  const hit = decodeHit(line);
  return isHitOf(erased, hit) && (origin.timeMs <= erased.erasedAtMs || hit.receivedAtMs <= erased.erasedAtMs);
};

const noteSeen = ({ sessions }: ProtoSessionClose, erased: ErasedPerson, origin: Origin, seen: Set<string>): void => {
  for (const line of sessions.flatMap(({ hits }) => hits)) {
    const { userId, receivedAtMs } = decodeHit(line);
    if (userId !== undefined && isErased(line, erased, origin)) seen.add(seenKey({ value: userId, atMs: receivedAtMs }));
  }
};

/** The very same, or the very same sessions, where nothing of the person was in them. */
const withoutPerson = (close: ProtoSessionClose, erased: ErasedPerson, origin: Origin, names: KnownNames): ProtoSessionClose => {
  const sessions = close.sessions.map((session): PublishedSession => {
    const hits = session.hits.filter(line => !isErased(line, erased, origin));
    const header = withoutNames(erased, session.header, names);
    return hits.length === session.hits.length && header === session.header ? session : { header, hits };
  });
  return sessions.every((session, index) => session === close.sessions[index]) ? close : { ...close, sessions };
};
