import {
  clientKey,
  userKey,
  type Hit,
  type Property,
  type SessionErased,
  type SessionHeader,
  type SessionUsage,
} from '../../domain/index.js';
import type { Person } from '../commands/ports.js';

/**
 * Whose data is to go, in one property (sessions §15.11). A client is all hits with its client id, whatever session ids of its own it gave. A user is
 * the hits that carry the user id and no others: what the same client did before the login, or under another login, may be somebody else's.
 */
export interface ErasedPerson {
  readonly namespace: string;
  readonly propertyId: string;
  readonly person: Person;
  /** By the server's clock: what came later is counted again. */
  readonly erasedAtMs: number;
}

type HitNames = Pick<Hit, 'namespace' | 'propertyId' | 'clientId' | 'userId'>;

export const isHitOf = ({ namespace, propertyId, person }: ErasedPerson, hit: HitNames): boolean => {
  if (hit.namespace !== namespace || hit.propertyId !== propertyId) return false;
  return person.kind === 'client' ? hit.clientId === person.clientId : hit.userId === person.userId;
};

export const idOf = (person: Person): string => (person.kind === 'client' ? person.clientId : person.userId);

/** What is recorded: hashes, so that the record itself names nobody. */
export const factOf = ({ namespace, propertyId }: Property, person: Person): SessionErased => ({
  type: 'erased',
  clientKeys: person.kind === 'client' ? [clientKey(namespace, propertyId, person.clientId)] : [],
  userKeys: person.kind === 'user' ? [userKey(namespace, propertyId, person.userId)] : [],
});

/**
 * A header that does not name the person, the very same where it did not. Usage of which the person is the customer is left out: what was booked to
 * somebody's own account stays there, it is not ours to take back.
 * @param clientKeys of the person's clients, as far as they are known
 */
export const withoutNames = (erased: ErasedPerson, header: SessionHeader, clientKeys: ReadonlySet<string>): SessionHeader => {
  const { person, erasedAtMs } = erased;
  if (header.startedAtMs > erasedAtMs || !namesPerson(erased, header, clientKeys)) return header;
  const { userId, edges, ...named } = header;
  const { firstUser, lastUser, ...ends } = edges;
  const isOther = (value: string | undefined): boolean => value !== undefined && !(person.kind === 'user' && value === person.userId);
  return {
    ...named,
    clientId: person.kind === 'client' && header.clientId === person.clientId ? '' : header.clientId,
    ...(userId !== undefined && isOther(userId) ? { userId } : {}),
    clientKeys: header.clientKeys.filter(key => !clientKeys.has(key)),
    joins: header.joins.filter(join => !clientKeys.has(join.clientKey)),
    edges: {
      ...ends,
      ...(firstUser !== undefined && isOther(firstUser.value) ? { firstUser } : {}),
      ...(lastUser !== undefined && isOther(lastUser.value) ? { lastUser } : {}),
    },
    usage: header.usage.filter(usage => !isBookedTo(person, usage)),
    cancels: header.cancels.filter(usage => !isBookedTo(person, usage)),
  };
};

const isBookedTo = (person: Person, { customer }: SessionUsage): boolean => customer === idOf(person);

const namesPerson = ({ person }: ErasedPerson, header: SessionHeader, clientKeys: ReadonlySet<string>): boolean => {
  if ([...header.usage, ...header.cancels].some(usage => isBookedTo(person, usage))) return true;
  const { userId, clientId, edges } = header;
  if (person.kind === 'user') return [userId, edges.firstUser?.value, edges.lastUser?.value].includes(person.userId);
  return clientId === person.clientId || header.clientKeys.some(key => clientKeys.has(key));
};
