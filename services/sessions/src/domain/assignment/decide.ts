import type { Hit } from '../hit/hit.js';
import type { PropertySettings } from '../property/settings.js';
import type { SessionHeader } from '../session/closed-session.js';
import type { Piece } from '../split/piece.js';
import { timeoutMsOf } from '../split/timeout.js';
import { worthOf } from '../usage/usage.js';
import { closedSessionOf, encodeClosedSession, type ClosedSession } from './closed-session.js';
import { groupsOf, type Group } from './groups.js';
import { partOfPiece, type ClosingProtoSession, type SessionPart } from './part.js';
import { seamsOf } from './seam.js';

/** A frozen proto-session after splitting and filters, and what it is held against. */
export interface AssignmentQuestion<T> {
  readonly namespace: string;
  readonly propertyId: string;
  readonly lane: string;
  readonly settings: PropertySettings;
  readonly settingsVersion: number;
  readonly closing: ClosingProtoSession;
  /** In order; one without hits disappears (sessions §13.2). */
  readonly pieces: readonly Piece<T>[];
  readonly hitOf: (element: T) => Hit;
  /**
   * Closed sessions of any client of the group that are remembered: for R after their close, and for as long as a session is open that may
   * hold hits from that time. How late the wheel came to close this one does not matter (D13).
   */
  readonly closed: readonly ClosedSession[];
}

/** A header and the pieces whose hits go with it; a superseded session has none. */
export interface AssignedSession {
  readonly header: SessionHeader;
  /** Places in the question's list, ascending. */
  readonly pieces: readonly number[];
}

export interface Assignment {
  readonly sessions: readonly AssignedSession[];
  /** What the store has to remember of each session under each of its clients; null to forget it. */
  readonly writes: readonly { readonly clientKeys: readonly string[]; readonly sessionId: string; readonly header: string | null }[];
  /** Usage rules that found no customer, over all sessions. */
  readonly rulesWithoutCustomer: number;
}

/**
 * What a proto-session becomes (sessions §15.2, §12.4): new sessions, later revisions of sessions closed before, and the end of those
 * whose hits go to a session that begins earlier. Pure, so that every repeat decides alike as long as the store has not moved.
 * @throws Refusal `VALIDATION` for a calendar that cannot be read.
 */
export const decideAssignment = <T>(question: AssignmentQuestion<T>): Assignment => {
  const { settings } = question;
  const places = question.pieces.flatMap(({ hits }, place) => (hits.length === 0 ? [] : [place]));
  const parts = places.map((place, index) => partAt(question, place, index === 0));
  const groups = groupsOf(parts, question.closed, seamsOf(settings));
  const decided = groups.map(group => decideGroup(question, group));
  return {
    sessions: decided.flatMap(({ live, superseded }, index) => [
      { header: live, pieces: (groups[index]?.pieces ?? []).flatMap(part => places[part] ?? []) },
      ...superseded.map(header => ({ header, pieces: [] })),
    ]),
    writes: decided.flatMap(({ live, superseded }) => [
      ...superseded.map(({ clientKeys, sessionId }) => ({ clientKeys, sessionId, header: null })),
      { clientKeys: live.clientKeys, sessionId: live.sessionId, header: encodeClosedSession(closedSessionOf(live)) },
    ]),
    rulesWithoutCustomer: decided.reduce((sum, { rulesWithoutCustomer }) => sum + rulesWithoutCustomer, 0),
  };
};

const partAt = <T>({ pieces, hitOf, closing }: AssignmentQuestion<T>, place: number, isFirst: boolean): SessionPart => {
  const piece = pieces[place];
  if (piece === undefined) throw new RangeError(`there is no piece ${String(place)}`);
  // A neighbour counts only if it is the other side of the split: filters may have taken that one.
  const [before, after] = [pieces[place - 1], pieces[place + 1]];
  const last = before?.nextSplitCause === piece.splitCause ? before?.hits.at(-1) : undefined;
  const first = after?.splitCause === piece.nextSplitCause ? after?.hits[0] : undefined;
  const previous = last === undefined ? undefined : hitOf(last);
  const next = first === undefined ? undefined : hitOf(first);
  return partOfPiece({ ...piece, hits: piece.hits.map(hitOf), isFirst, previous, next }, closing);
};

interface DecidedGroup {
  readonly live: SessionHeader;
  readonly superseded: readonly SessionHeader[];
  readonly rulesWithoutCustomer: number;
}

type Context = Pick<AssignmentQuestion<never>, 'namespace' | 'propertyId' | 'lane' | 'settings' | 'settingsVersion'>;

/** The session of a group is named by its first hit: it amends the closed session of that name and supersedes all others. */
const decideGroup = (context: Context, group: Group): DecidedGroup => {
  const whole = withCause(group);
  const sessionId = whole.edges.first.id;
  const before = group.closed.find(session => session.sessionId === sessionId);
  const revision = (before?.revision ?? 0) + 1;
  const common = commonFields(context, whole);
  const { usage, rulesWithoutCustomer } = worthOf({ ...common, sessionId, revision }, context.settings.usageRules);
  const live: SessionHeader = {
    ...common,
    sessionId,
    revision,
    kind: before === undefined ? 'closed' : 'amended',
    continues: group.closed.map(session => ({ sessionId: session.sessionId, revision: session.revision })),
    usage,
    cancels: before?.usage ?? [],
  };
  const superseded = group.closed.filter(session => session !== before).map(session => supersededBy(context, session, sessionId));
  return { live, superseded, rulesWithoutCustomer };
};

const withCause = ({ whole, keptApartBy }: Group): SessionPart =>
  keptApartBy === null || whole.splitCause !== null
    ? whole
    : { ...whole, splitCause: keptApartBy, edges: { ...whole.edges, beginsHard: true } };

/** The last revision of a session whose hits have gone: worth nothing, and it takes back what the one before was worth. */
const supersededBy = (context: Context, session: ClosedSession, successor: string): SessionHeader => ({
  ...commonFields(context, session),
  sessionId: session.sessionId,
  revision: session.revision + 1,
  kind: 'superseded',
  hits: 0,
  continues: [],
  supersededBy: successor,
  usage: [],
  cancels: session.usage,
});

type CommonFields = Omit<SessionHeader, 'sessionId' | 'revision' | 'kind' | 'continues' | 'supersededBy' | 'usage' | 'cancels'>;

const commonFields = ({ namespace, propertyId, lane, settings, settingsVersion }: Context, part: SessionPart): CommonFields => ({
  namespace,
  propertyId,
  lane,
  sessionKey: part.sessionKey,
  clientKeys: part.clientKeys,
  clientId: part.clientId,
  ...(part.edges.lastUser === undefined ? {} : { userId: part.edges.lastUser.value }),
  startedAtMs: part.edges.first.receivedAtMs,
  endedAtMs: part.edges.last.receivedAtMs,
  hits: part.hits,
  timeoutMs: timeoutMsOf(settings, part.edges.lastPlatform),
  settingsVersion,
  closeCause: part.closeCause,
  splitCause: part.splitCause,
  isLate: part.isLate,
  isBot: part.isBot,
  joins: part.joins,
  duplicateHits: part.duplicateHits,
  lateHits: part.lateHits,
  edges: part.edges,
});
