import type { StoredMessage, SubjectReader, Subjects } from '@drawdown/eventlog';
import { Publications, type Publication } from '../../application/views/publications.js';
import { imagesOf, revisionKey } from '../../application/views/session-images.js';
import type { SessionChunk } from '../../application/views/session-log.js';
import type { ProtoSessionClose } from '../../domain/index.js';
import { decodeSessionMessage } from './session-decode.js';
import { chunkAt } from './session-log-access.js';

const LINE_FEED = '\n';
const SHORT_HASH_CHARS = 16;
const NO_BYTES = new Uint8Array();

/** A whole publication and the messages that it lies in. */
export interface FoundPublication {
  readonly close: ProtoSessionClose;
  /** Sequences of its chunks, repeats included. */
  readonly chunks: readonly number[];
  /** Its last message, without its bytes. */
  readonly last: StoredMessage;
}

/** Reads every publication of a subject of DRAWDOWN_SESSIONS with the places of its messages. */
export class PublicationScan {
  /** Of publications that did not end yet, and messages that cannot be read. */
  readonly #open = new Map<string, number[]>();
  readonly #unreadable: number[] = [];

  constructor(
    readonly reader: SubjectReader,
    readonly subjects: Subjects,
  ) {}

  async *all(subject: string): AsyncGenerator<FoundPublication> {
    const publications = new Publications({ readAgain: sequence => chunkAt(this, sequence) });
    for await (const message of this.reader.from(subject, 1)) {
      const decoded = decodeSessionMessage(this.subjects, message);
      if (!decoded.ok) this.#unreadable.push(message.sequence);
      if (!decoded.ok || (decoded.value.kind !== 'chunk' && decoded.value.kind !== 'closed')) continue;
      const { value } = decoded;
      const key = `${value.closeId}.${value.kind === 'chunk' ? value.shortHash : value.contentHash.slice(0, SHORT_HASH_CHARS)}`;
      const chunks = this.#open.get(key) ?? [];
      if (value.kind === 'chunk') {
        publications.add(value, message);
        this.#open.set(key, [...chunks, message.sequence]);
        continue;
      }
      const publication = await publications.take(value);
      if (publication === undefined) continue;
      this.#open.delete(key);
      yield { close: closeOf(publication), chunks, last: { ...message, data: NO_BYTES } };
    }
  }

  /** The same publication once more; undefined when it is gone. */
  async readAgain({ chunks }: Pick<FoundPublication, 'chunks'>): Promise<ProtoSessionClose | undefined> {
    const byPlace = new Map<number, SessionChunk>();
    for (const sequence of chunks) {
      const chunk = await chunkAt(this, sequence);
      if (chunk !== undefined) byPlace.set(chunk.place, chunk);
    }
    const [first] = byPlace.values();
    if (first === undefined) return undefined;
    const ordered = [...byPlace.values()].sort((a, b) => a.place - b.place);
    return closeOf({ closeId: first.closeId, chunks: ordered });
  }

  /** What counts nowhere: chunks of publications that broke off, and messages that cannot be read. */
  async remains(): Promise<readonly StoredMessage[]> {
    const messages: StoredMessage[] = [];
    for (const sequence of [...[...this.#open.values()].flat(), ...this.#unreadable]) {
      const message = await this.reader.at(sequence);
      if (message !== undefined) messages.push(message);
    }
    return messages;
  }
}

const closeOf = (publication: Publication): ProtoSessionClose => {
  const { sessions, hits } = imagesOf(publication, 0, 0);
  const byRevision = new Map<string, Buffer[]>();
  for (const image of hits) {
    if (image.hits === 0) continue;
    const lines = Buffer.from(image.lines)
      .toString()
      .split(LINE_FEED)
      .map(line => Buffer.from(line));
    byRevision.set(revisionKey(image), [...(byRevision.get(revisionKey(image)) ?? []), ...lines]);
  }
  return {
    closeId: publication.closeId,
    sessions: sessions.map(({ header }) => ({ header, hits: byRevision.get(revisionKey(header)) ?? [] })),
  };
};
