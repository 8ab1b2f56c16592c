import type { StoredMessage, SubjectReader, Subjects } from '@drawdown/eventlog';
import { DeadLetterHeaders } from '@drawdown/partitions';
import type { Person } from '../../application/commands/ports.js';
import { isHitOf, type ErasedPerson } from '../../application/erasure/person.js';
import type { PersonLetter, PersonLetters } from '../../application/export/ports.js';
import { decodeHit, type Hit, type Property } from '../../domain/index.js';
import { eventsOf } from './erasure-envelope.js';
import { hitsOfPiece } from './parked-pieces.js';
import { SESSION_PARKED, type ParkedChunk } from './parked-sessions.js';

/** What the dead letters of this service hold of a person (sessions §15.11). */
export class DeadPersonLetters implements PersonLetters {
  constructor(
    private readonly reader: SubjectReader,
    private readonly subjects: Subjects,
    private readonly service: string,
  ) {}

  async *of({ namespace, propertyId }: Property, person: Person, signal: AbortSignal): AsyncGenerator<PersonLetter> {
    const whose: ErasedPerson = { namespace, propertyId, person, erasedAtMs: Number.POSITIVE_INFINITY };
    for await (const letter of this.reader.from(this.subjects.deadletters(this.service), 1)) {
      signal.throwIfAborted();
      const { sequence, timeMs, headers } = letter;
      const reason = headers.get(DeadLetterHeaders.reason) ?? '';
      const hits = reason === SESSION_PARKED ? await parkedHitsOf(letter, whose) : [];
      const events = reason === SESSION_PARKED ? [] : this.#eventsOf(letter, whose);
      if (hits.length + events.length > 0) yield { sequence, timeMs, reason, hits, events };
    }
  }

  /** A letter about one hit is a copy of its whole message: the others in it count, or have letters of their own. */
  #eventsOf(letter: StoredMessage, whose: ErasedPerson): readonly Uint8Array[] {
    const { headers } = letter;
    if (headers.get(DeadLetterHeaders.stream) !== 'hits') return [];
    const about = headers.get(DeadLetterHeaders.eventId) ?? '';
    const subject = headers.get(DeadLetterHeaders.subject) ?? '';
    return eventsOf(this.subjects, { ...letter, subject }, whose)
      .filter(({ id }) => about === '' || id === undefined || id === decodeURIComponent(about))
      .map(({ data }) => data);
  }
}

const parkedHitsOf = async ({ data }: StoredMessage, whose: ErasedPerson): Promise<readonly Hit[]> => {
  const { frozen, pieces } = JSON.parse(Buffer.from(data).toString()) as ParkedChunk;
  if (frozen.namespace !== whose.namespace || frozen.propertyId !== whose.propertyId) return [];
  const read = await Promise.all(pieces.map(piece => hitsOfPiece(piece).catch(() => [])));
  return read
    .flat()
    .flatMap(readable)
    .filter(hit => isHitOf(whose, hit));
};

const readable = (encoded: Uint8Array): readonly Hit[] => {
  try {
    return [decodeHit(encoded)];
  } catch {
    return [];
  }
};
