import { Refusal } from '@drawdown/errors';
import { SubjectReader, type StoredMessage, type Subjects } from '@drawdown/eventlog';
import { DeadLetterHeaders } from '@drawdown/partitions';
import type { JetStreamClient } from '@nats-io/jetstream';
import { headers as newHeaders } from '@nats-io/transport-node';
import { SESSION_PARKED } from './parked-sessions.js';

/** A message that could not be read, as it was copied (design §4.10). */
export interface DeadLetter {
  /** In the stream of dead letters. */
  readonly sequence: number;
  readonly timeMs: number;
  readonly reason: string;
  readonly detail: string;
  readonly stream: string;
  readonly subject: string;
  readonly originalSequence: number;
  readonly data: Uint8Array;
}

export interface DeadLetterPage {
  readonly letters: readonly DeadLetter[];
  readonly nextSequence: number | undefined;
}

/** The dead letters of this service: looked at, and given to the streams again once their cause is gone. */
export class DeadLetterLog {
  constructor(
    private readonly publisher: Pick<JetStreamClient, 'publish'>,
    private readonly reader: SubjectReader,
    private readonly subjects: Subjects,
    private readonly service: string,
  ) {}

  /** In the order in which they came, from this sequence on. A crash may have left two copies of one message: the first is shown. */
  async list(fromSequence: number, limit: number): Promise<DeadLetterPage> {
    const letters: DeadLetter[] = [];
    const shown = new Set<string>();
    for await (const message of this.reader.from(this.subjects.deadletters(this.service), fromSequence)) {
      const letter = toDeadLetter(message);
      const original = `${letter.stream}/${letter.originalSequence}/${letter.detail}`;
      if (shown.has(original)) continue;
      if (letters.length === limit) return { letters, nextSequence: letter.sequence };
      shown.add(original);
      letters.push(letter);
    }
    return { letters, nextSequence: undefined };
  }

  /**
   * Publishes the original again, to the subject that it came by; hits of it that counted already are recognised by their ids.
   * @returns sequence in its stream @throws Refusal `NOT_FOUND`; `PRECONDITION_FAILED` where only the copy's headers were kept, and for parts of a parked session
   */
  async replay(sequence: number): Promise<{ readonly stream: string; readonly subject: string; readonly sequence: number }> {
    const message = await this.reader.at(sequence);
    if (message === undefined)
      throw new Refusal('NOT_FOUND', `there is no dead letter ${sequence}`, { kind: 'dead letter', id: String(sequence) });
    if (message.headers.get(DeadLetterHeaders.body) === 'omitted') {
      throw new Refusal('PRECONDITION_FAILED', 'the message was too large to be copied: it still lies in its own stream');
    }
    const letter = toDeadLetter(message);
    if (letter.reason === SESSION_PARKED) throw new Refusal('PRECONDITION_FAILED', 'a parked session is put back by RepairSession');
    const headers = newHeaders();
    for (const name of message.headers.keys()) {
      if (!OURS.includes(name) && !name.startsWith('Nats-')) headers.set(name, message.headers.get(name) ?? '');
    }
    const { seq } = await this.publisher.publish(this.#publishedTo(letter.subject), message.data, { headers });
    return { stream: letter.stream, subject: letter.subject, sequence: seq };
  }

  /** Producers publish without the partition; the stream's transform adds it. */
  #publishedTo(stored: string): string {
    const parsed = this.subjects.parse(stored);
    const [namespace, property, client] = parsed?.values ?? [];
    if (parsed?.kind !== 'single' || parsed.stream !== 'hits') return stored;
    if (namespace === undefined || property === undefined || client === undefined) return stored;
    return this.subjects.hits(namespace, property, client);
  }
}

const OURS: readonly string[] = Object.values(DeadLetterHeaders);

const toDeadLetter = ({ sequence, timeMs, headers, data }: StoredMessage): DeadLetter => ({
  sequence,
  timeMs,
  reason: headers.get(DeadLetterHeaders.reason) ?? '',
  detail: headers.get(DeadLetterHeaders.detail) ?? '',
  stream: headers.get(DeadLetterHeaders.stream) ?? '',
  subject: headers.get(DeadLetterHeaders.subject) ?? '',
  originalSequence: Number(headers.get(DeadLetterHeaders.sequence) ?? 0),
  data,
});
