import { isDeepStrictEqual } from 'node:util';
import {
  clientKey,
  userKey,
  type Hit,
  type Property,
  type SessionErased,
  type SessionHeader,
  type SessionUsage,
  type Seen,
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

/** What headers may say of a person beside the id that was given. */
export interface KnownNames {
  /** Keys of the person's clients, as far as they are known. */
  readonly clientKeys: ReadonlySet<string>;
  /** User ids at the times at which only hits that go showed them, as `seenKey`. */
  readonly seen: ReadonlySet<string>;
}

export const seenKey = ({ value, atMs }: Seen): string => `${atMs} ${value}`;

/**
 * A header that does not name the person, the very same where it did not. Usage of which the person is the customer is left out: what was booked to
 * somebody's own account stays there, it is not ours to take back.
 */
export const withoutNames = (erased: ErasedPerson, header: SessionHeader, { clientKeys, seen }: KnownNames): SessionHeader => {
  const { person, erasedAtMs } = erased;
  if (header.startedAtMs > erasedAtMs) return header;
  const { userId, edges, ...named } = header;
  const { firstUser, lastUser, ...ends } = edges;
  const isTheirs = (user: Seen | undefined): user is Seen =>
    user !== undefined && ((person.kind === 'user' && user.value === person.userId) || seen.has(seenKey(user)));
  const ids = new Set([idOf(person), ...[firstUser, lastUser].filter(isTheirs).map(({ value }) => value)]);
  const isBookedToOther = ({ customer }: SessionUsage): boolean => !ids.has(customer);
  const left: SessionHeader = {
    ...named,
    clientId: person.kind === 'client' && header.clientId === person.clientId ? '' : header.clientId,
    ...(userId === undefined || ids.has(userId) ? {} : { userId }),
    clientKeys: header.clientKeys.filter(key => !clientKeys.has(key)),
    joins: header.joins.filter(join => !clientKeys.has(join.clientKey)),
    edges: {
      ...ends,
      ...(firstUser === undefined || isTheirs(firstUser) ? {} : { firstUser }),
      ...(lastUser === undefined || isTheirs(lastUser) ? {} : { lastUser }),
    },
    usage: header.usage.filter(isBookedToOther),
    cancels: header.cancels.filter(isBookedToOther),
  };
  return isDeepStrictEqual(left, header) ? header : left;
};
