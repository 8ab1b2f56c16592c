import type { StoredMessage, Subjects } from '@drawdown/eventlog';
import { DeadLetterHeaders } from '@drawdown/partitions';
import type { ErasableLetters } from '../../application/erasure/ports.js';
import type { ErasedPerson } from '../../application/erasure/person.js';
import type { ErasingStream } from './erasing-stream.js';
import { mentions, withoutEventsOf, type Left } from './erasure-envelope.js';
import { parkedWithout } from './erasure-parked.js';
import { SESSION_PARKED } from './parked-sessions.js';
import { producersHeaders } from '../../application/erasure/rewritten.js';

export interface LetterErasureOptions {
  readonly stream: ErasingStream;
  readonly subjects: Subjects;
  readonly service: string;
}

/** A person's hits in the dead letters of this service: copies of messages that were refused, and parked proto-sessions (sessions §15.11). */
export class LetterErasure implements ErasableLetters {
  constructor(private readonly options: LetterErasureOptions) {}

  async *erase(erased: ErasedPerson, clientKeys: ReadonlySet<string>, signal: AbortSignal): AsyncGenerator<number> {
    const { stream, subjects, service } = this.options;
    for await (const letter of stream.reader.from(subjects.deadletters(service), 1)) {
      signal.throwIfAborted();
      if (!isParked(letter) && arrivedMsOf(letter) > erased.erasedAtMs) continue;
      const left = await this.#leftOf(letter, erased, clientKeys);
      if (left.kind === 'untouched') continue;
      if (left.kind === 'rest' && !isAbout(letter, left.ids)) {
        await stream.append({ subject: letter.subject, headers: producersHeaders(letter.headers), data: left.data });
      }
      await stream.erase(letter);
      yield 1;
    }
  }

  async #leftOf(letter: StoredMessage, erased: ErasedPerson, clientKeys: ReadonlySet<string>): Promise<Left> {
    if (isParked(letter)) return parkedWithout(letter.data, erased, clientKeys);
    const { subjects } = this.options;
    const subject = letter.headers.get(DeadLetterHeaders.subject) ?? '';
    if (letter.headers.get(DeadLetterHeaders.stream) !== 'hits') {
      return isOfProperty(subjects, subject, erased) && mentions(letter.data, erased) ? { kind: 'nothing' } : { kind: 'untouched' };
    }
    return withoutEventsOf(subjects, { ...letter, subject }, erased, arrivedMsOf(letter));
  }
}

/** When the original came. */
const arrivedMsOf = ({ headers, timeMs }: StoredMessage): number => {
  const original = Number(headers.get(DeadLetterHeaders.timeMs));
  return original > 0 ? original : timeMs;
};

const isParked = ({ headers }: StoredMessage): boolean => headers.get(DeadLetterHeaders.reason) === SESSION_PARKED;

const isOfProperty = (subjects: Subjects, subject: string, { namespace, propertyId }: ErasedPerson): boolean => {
  const [tenant, property] = subjects.parse(subject)?.values ?? [];
  return tenant === namespace && property === propertyId;
};

/** A letter about one hit goes with that hit. */
const isAbout = ({ headers }: StoredMessage, ids: readonly string[]): boolean => {
  const eventId = headers.get(DeadLetterHeaders.eventId);
  return eventId !== undefined && eventId !== '' && ids.includes(decodeURIComponent(eventId));
};
