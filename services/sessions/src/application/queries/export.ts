import type { Hit, Property } from '../../domain/index.js';
import type { Person } from '../commands/ports.js';
import type { ListPlace } from './merge.js';
import { PAGE_SESSIONS_MAX, type FoundSession, type ListedSessions, type SessionReads } from './session-reads.js';

/** Hits of other people in a shared session are not theirs to have. */
const isOf =
  (person: Person) =>
  (hit: Hit): boolean =>
    person.kind === 'client' ? hit.clientId === person.clientId : hit.userId === person.userId;

/** Every session that holds hits of a person, and those hits; newest start first (sessions §15.11). */
export async function* exportPerson(
  reads: SessionReads,
  property: Property,
  person: Person,
  signal: AbortSignal,
): AsyncGenerator<FoundSession> {
  const query: Omit<ListedSessions, 'after'> = {
    clientId: person.kind === 'client' ? person.clientId : undefined,
    userId: person.kind === 'user' ? person.userId : undefined,
    fromMs: undefined,
    toMs: undefined,
    lane: undefined,
    states: [],
    limit: PAGE_SESSIONS_MAX,
  };
  let after: ListPlace | undefined;
  do {
    const { sessions, next } = await reads.list(property, { ...query, after }, signal);
    for (const session of sessions) {
      const { hits } = await reads.hitsOf(property, session, signal);
      yield { session, hits: hits.filter(isOf(person)) };
    }
    after = next;
  } while (after !== undefined && !signal.aborted);
}
