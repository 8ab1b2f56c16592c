import type { StoredMessage, Subjects } from '@drawdown/eventlog';
import type { ErasablePublications } from '../../application/erasure/ports.js';
import { isHitOf, withoutNames, type ErasedPerson } from '../../application/erasure/person.js';
import { originOf, REWRITTEN_HEADER, rewrittenFrom, rewrittenMark, type Origin } from '../../application/erasure/rewritten.js';
import { imagesOf, revisionKey } from '../../application/views/session-images.js';
import { Publications, type Publication } from '../../application/views/publications.js';
import { clientKey, decodeHit, type Hit, type ProtoSessionClose, type PublishedSession } from '../../domain/index.js';
import type { ErasingStream } from './erasing-stream.js';
import { mentions } from './erasure-envelope.js';
import { decodeSessionMessage } from './session-decode.js';
import { chunkAt } from './session-log-access.js';
import { encodeClose } from './session-messages.js';
import type { SessionMessageToPublish } from './session-wire.js';

const LINE_FEED = '\n';

export interface PublicationErasureOptions {
  readonly stream: ErasingStream;
  readonly subjects: Subjects;
  /** Up to which message of a state partition usage was published. */
  readonly usageUpTo: (state: number) => Promise<number>;
}

interface Found {
  readonly publication: Publication;
  readonly last: StoredMessage;
}

/** A person's hits and names in DRAWDOWN_SESSIONS (sessions §15.11): a publication that holds any is written again, whole, without them. */
export class PublicationErasure implements ErasablePublications {
  constructor(private readonly options: PublicationErasureOptions) {}

  last({ namespace, propertyId }: ErasedPerson, state: number): Promise<number> {
    return this.options.stream.reader.lastSequence(this.options.subjects.sessions(state, namespace, propertyId));
  }

  async *erase(...[erased, state, clientKeys, lost, signal]: Parameters<ErasablePublications['erase']>): AsyncGenerator<number> {
    const { stream, subjects } = this.options;
    const subject = subjects.sessions(state, erased.namespace, erased.propertyId);
    const publications = new Publications({ readAgain: sequence => chunkAt({ reader: stream.reader, subjects }, sequence) });
    /** Messages that may have to go, by publication; those whose last message never came wait here for the end. */
    const messages = new Map<string, StoredMessage[]>();
    for await (const message of stream.reader.from(subject, 1)) {
      signal.throwIfAborted();
      const decoded = decodeSessionMessage(subjects, message);
      if (!decoded.ok) {
        if (mentions(message.data, erased)) yield await this.#eraseOne(message);
        continue;
      }
      const { value } = decoded;
      if (value.kind !== 'chunk' && value.kind !== 'closed') continue;
      const key = `${value.closeId}.${value.kind === 'chunk' ? value.shortHash : value.contentHash.slice(0, 16)}`;
      const all = messages.get(key) ?? [];
      messages.set(key, [...all, { ...message, data: NO_BYTES }]);
      if (value.kind === 'chunk') {
        publications.add(value, message);
        continue;
      }
      const publication = await publications.take(value);
      if (publication === undefined) continue;
      messages.delete(key);
      if (await this.#rewrite(erased, state, { publication, last: message }, [...all, message], clientKeys, lost)) yield all.length + 1;
    }
    yield* this.#eraseRemains([...messages.values()].flat(), erased);
  }

  async #eraseOne(message: StoredMessage): Promise<number> {
    await this.options.stream.erase(message);
    return 1;
  }

  /** @returns whether anything had to go */
  async #rewrite(
    erased: ErasedPerson,
    state: number,
    { publication, last }: Found,
    originals: readonly StoredMessage[],
    clientKeys: ReadonlySet<string>,
    lost: (sessionId: string) => void,
  ): Promise<boolean> {
    const { stream, subjects } = this.options;
    const origin = originOf(last);
    const close = closeOf(publication, last);
    const left = close.sessions.map(session => withoutPerson(session, erased, origin, clientKeys));
    const isRewritten = rewrittenFrom(last) !== undefined;
    left.forEach((session, index) => {
      // An erasure that broke off has left these without their next revision, perhaps.
      if (isRewritten || session !== close.sessions[index]) lost(session.header.sessionId);
    });
    if (left.every((session, index) => session === close.sessions[index])) return false;
    const { namespace, propertyId } = erased;
    const messages = encodeClose(subjects, { state, namespace, propertyId }, { closeId: close.closeId, sessions: left });
    const isCounted = origin.isCounted || last.sequence <= (await this.options.usageUpTo(state));
    const mark = rewrittenMark({ ...origin, isCounted });
    for (const message of [...messages.chunks, messages.last]) await this.#append(message, mark);
    for (const original of originals) await stream.erase(original);
    return true;
  }

  async #append({ subject, headers, data, messageId }: SessionMessageToPublish, mark: string): Promise<void> {
    await this.options.stream.append({
      subject,
      data,
      messageId,
      headers: new Map([...Object.entries(headers), [REWRITTEN_HEADER, mark]]),
    });
  }

  /** Chunks that count nowhere: their publication broke off, or was repeated with other ones. */
  async *#eraseRemains(remains: readonly StoredMessage[], erased: ErasedPerson): AsyncGenerator<number> {
    const { stream, subjects } = this.options;
    for (const { sequence } of remains) {
      const message = await stream.reader.at(sequence);
      const decoded = message === undefined ? undefined : decodeSessionMessage(subjects, message);
      if (message === undefined || decoded?.ok !== true || decoded.value.kind !== 'chunk') continue;
      const holds = decoded.value.entries.some(
        ({ lines, hits }) => hits > 0 && linesOf(lines).some(line => isHitOf(erased, decodeHit(line))),
      );
      if (holds || mentions(message.data, erased)) yield await this.#eraseOne(message);
    }
  }
}

const NO_BYTES = new Uint8Array();

const linesOf = (lines: Uint8Array): readonly string[] => Buffer.from(lines).toString().split(LINE_FEED);

const closeOf = (publication: Publication, { sequence, timeMs }: StoredMessage): ProtoSessionClose => {
  const { sessions, hits } = imagesOf(publication, sequence, timeMs);
  const byRevision = new Map<string, Buffer[]>();
  for (const image of hits) {
    if (image.hits === 0) continue;
    const lines = linesOf(image.lines).map(line => Buffer.from(line));
    byRevision.set(revisionKey(image), [...(byRevision.get(revisionKey(image)) ?? []), ...lines]);
  }
  return {
    closeId: publication.closeId,
    sessions: sessions.map(({ header }) => ({ header, hits: byRevision.get(revisionKey(header)) ?? [] })),
  };
};

/** The very same where nothing of the person was in it. */
const withoutPerson = (
  session: PublishedSession,
  erased: ErasedPerson,
  origin: Origin,
  clientKeys: ReadonlySet<string>,
): PublishedSession => {
  const keys = new Set(clientKeys);
  const hits = session.hits.filter(line => {
    const hit = decodeHit(line);
    // What was published before is the person's whatever its time says; what came later only where its hits did not.
    if (!isHitOf(erased, hit) || (origin.timeMs > erased.erasedAtMs && hit.receivedAtMs > erased.erasedAtMs)) return true;
    if (erased.person.kind === 'client') keys.add(keyOf(hit));
    return false;
  });
  const header = withoutNames(erased, session.header, erased.person.kind === 'client' ? keys : NO_KEYS);
  return hits.length === session.hits.length && header === session.header ? session : { header, hits };
};

const NO_KEYS: ReadonlySet<string> = new Set();

const keyOf = ({ namespace, propertyId, clientId, clientSessionId }: Hit): string =>
  clientKey(namespace, propertyId, clientId, clientSessionId);
