import type { SubjectReader, Subjects } from '@drawdown/eventlog';
import { DeadLetterHeaders, DeadLetters } from '@drawdown/partitions';
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { RefusedHit, RefusedHits } from '../../application/ingest/ports.js';

/** Rejections that follow from a message's bytes are numbered from 0; these follow from what was known when it was read. */
const FIRST_ORDINAL = 1_000_000;

/** Refused hits as dead letters: a copy of their message each, so that an operator can replay them. */
export class RefusedHitLetters implements RefusedHits {
  readonly #letters: DeadLetters;

  constructor(nats: NatsConnection, subjects: Subjects, service: string) {
    this.#letters = new DeadLetters(nats, jetstream(nats), subjects.deadletters(service));
  }

  async keep(refused: readonly RefusedHit[]): Promise<void> {
    const kept = refused.map(({ message, place, hitId, namespace, propertyId, reason }) => {
      const detail = `hit ${hitId} of property ${propertyId} in namespace ${namespace}`;
      return this.#letters.publish(message, { reason, detail, eventId: hitId }, FIRST_ORDINAL + place);
    });
    for (const outcome of await Promise.allSettled(kept)) if (outcome.status === 'rejected') throw outcome.reason;
  }
}

/** Hits refused since a time of the server, as `<sequence>|<hit id>`; one that was replayed came again under another sequence. */
export const refusedSince = async (reader: SubjectReader, subject: string, sinceMs: number): Promise<ReadonlySet<string>> => {
  const refused = new Set<string>();
  const first = await reader.firstSince(subject, sinceMs);
  if (first === undefined) return refused;
  for await (const { headers } of reader.from(subject, first.sequence)) {
    const eventId = headers.get(DeadLetterHeaders.eventId);
    if (headers.get(DeadLetterHeaders.stream) !== 'hits' || eventId === undefined || eventId === '') continue;
    refused.add(`${headers.get(DeadLetterHeaders.sequence) ?? ''}|${decodeURIComponent(eventId)}`);
  }
  return refused;
};
