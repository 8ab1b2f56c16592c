import { Refusal } from '@drawdown/errors';
import type { StoredMessage, SubjectReader, Subjects } from '@drawdown/eventlog';
import type { JetStreamClient } from '@nats-io/jetstream';
import { headers as newHeaders } from '@nats-io/transport-node';
import { DeadLetterHeaders } from './dead-letters.js';

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

export interface DeadLetterLogOptions {
  readonly publisher: Pick<JetStreamClient, 'publish'>;
  /** Of the stream of dead letters. */
  readonly reader: SubjectReader;
  readonly subjects: Subjects;
  /** Whose dead letters. */
  readonly service: string;
  /** Where a message goes again that was stored under a subject. @default that subject */
  readonly publishedTo?: (storedSubject: string) => string;
  /** Throws for a letter that is not to be published again. @default all may be */
  readonly requireReplayable?: (letter: DeadLetter) => void;
}

/** The dead letters of a service: looked at, and given to the streams again once their cause is gone. */
export class DeadLetterLog {
  constructor(private readonly options: DeadLetterLogOptions) {}

  /** In the order in which they came, from this sequence on. A crash may have left two copies of one message: the first is shown. */
  async list(fromSequence: number, limit: number): Promise<DeadLetterPage> {
    const { reader, subjects, service } = this.options;
    const letters: DeadLetter[] = [];
    const shown = new Set<string>();
    for await (const message of reader.from(subjects.deadletters(service), fromSequence)) {
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
   * Publishes the original again, to the subject that it came by; what of it counted already is recognised by its ids.
   * @returns sequence in its stream @throws Refusal `NOT_FOUND`; `PRECONDITION_FAILED` where only the copy's headers were kept
   */
  async replay(sequence: number): Promise<{ readonly stream: string; readonly subject: string; readonly sequence: number }> {
    const { publisher, reader, publishedTo, requireReplayable } = this.options;
    const message = await reader.at(sequence);
    if (message === undefined)
      throw new Refusal('NOT_FOUND', `there is no dead letter ${sequence}`, { kind: 'dead letter', id: String(sequence) });
    if (message.headers.get(DeadLetterHeaders.body) === 'omitted') {
      throw new Refusal('PRECONDITION_FAILED', 'the message was too large to be copied: it still lies in its own stream');
    }
    const letter = toDeadLetter(message);
    requireReplayable?.(letter);
    const headers = newHeaders();
    for (const name of message.headers.keys()) {
      if (!OURS.includes(name) && !name.startsWith('Nats-')) headers.set(name, message.headers.get(name) ?? '');
    }
    const subject = publishedTo === undefined ? letter.subject : publishedTo(letter.subject);
    const { seq } = await publisher.publish(subject, message.data, { headers });
    return { stream: letter.stream, subject: letter.subject, sequence: seq };
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
