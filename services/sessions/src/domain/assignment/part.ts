import { compareHits, type Ordered } from '../hit/order.js';
import type { Hit } from '../hit/hit.js';
import type { CloseCause, Join, Seen, SessionEdges, SplitCause } from '../session/closed-session.js';
import { campaignOf } from '../split/hit-view.js';
import type { Piece } from '../split/piece.js';
import type { ClosedSession } from './closed-session.js';

/** What is known of a set of hits that form a session, or part of one: a closed session, a piece just closed, or several of both. */
export type SessionPart = Omit<ClosedSession, 'sessionId' | 'revision' | 'usage'>;

/** The proto-session that a piece was cut from, as it was frozen. */
export interface ClosingProtoSession {
  readonly sessionKey: string;
  /** Of the whole group. */
  readonly clientKeys: readonly string[];
  readonly closeCause: CloseCause;
  readonly isLate: boolean;
  readonly isBot: boolean;
  readonly joins: readonly Join[];
  readonly duplicateHits: number;
  readonly lateHits: number;
  /** Event time of the close. */
  readonly closedAtMs: number;
}

/** Causes after which nothing joins the session that ended: D11, §15.5. */
const HARD_ENDS: ReadonlySet<CloseCause> = new Set(['hard_cap', 'session_end', 'session_start', 'operator']);

const SESSION_START = 'session_start';

const isHardSplit = (cause: SplitCause | null): boolean => cause !== null && cause !== 'inactivity';

/** A piece with what lies around it in its proto-session. */
export interface PlacedPiece extends Omit<Piece<unknown>, 'hits'> {
  /** Not empty, sorted. */
  readonly hits: readonly Hit[];
  readonly isFirst: boolean;
  /** Last hit of the piece that it was split from; absent for the first one, or where filters took that piece. */
  readonly previous?: Hit | undefined;
  /** First hit of the piece that was split from it. */
  readonly next?: Hit | undefined;
}

/** A piece as a part. Counters of the proto-session are those of its first piece, so that none counts twice. */
export const partOfPiece = (
  { splitCause, nextSplitCause, hits, isFirst, previous, next }: PlacedPiece,
  closing: ClosingProtoSession,
): SessionPart => {
  const [first, last] = [hits[0], hits.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError('a piece without hits is no part of a session');
  return {
    sessionKey: closing.sessionKey,
    clientKeys: closing.clientKeys,
    clientId: first.clientId,
    hits: hits.length,
    closeCause: closing.closeCause,
    splitCause,
    isLate: closing.isLate,
    isBot: closing.isBot,
    joins: closing.joins,
    duplicateHits: isFirst ? closing.duplicateHits : 0,
    lateHits: isFirst ? closing.lateHits : 0,
    edges: {
      first: orderedOf(first),
      last: orderedOf(last),
      beginsHard: isHardSplit(splitCause) || first.eventName === SESSION_START,
      ...(isHardSplit(splitCause) && previous !== undefined ? { beginsAfter: orderedOf(previous) } : {}),
      endsHard: nextSplitCause === null ? HARD_ENDS.has(closing.closeCause) : isHardSplit(nextSplitCause),
      ...(isHardSplit(nextSplitCause) && next !== undefined ? { endsBefore: orderedOf(next) } : {}),
      ...(last.platform === undefined ? {} : { lastPlatform: last.platform }),
      ...valuesAtEnds(hits),
      closedAtMs: closing.closedAtMs,
    },
  };
};

const orderedOf = ({ receivedAtMs, requestSeq, id }: Ordered): Ordered => ({ receivedAtMs, requestSeq, id });

const valuesAtEnds = (hits: readonly Hit[]): Pick<SessionEdges, 'firstUser' | 'lastUser' | 'firstCampaign' | 'lastCampaign'> => {
  const users = hits.flatMap(hit => seen(hit, hit.userId === '' ? undefined : hit.userId));
  const campaigns = hits.flatMap(hit => seen(hit, campaignOf(hit) ?? undefined));
  const [firstUser, lastUser, firstCampaign, lastCampaign] = [users[0], users.at(-1), campaigns[0], campaigns.at(-1)];
  return {
    ...(firstUser === undefined ? {} : { firstUser }),
    ...(lastUser === undefined ? {} : { lastUser }),
    ...(firstCampaign === undefined ? {} : { firstCampaign }),
    ...(lastCampaign === undefined ? {} : { lastCampaign }),
  };
};

const seen = ({ receivedAtMs }: Hit, value: string | undefined): Seen[] => (value === undefined ? [] : [{ value, atMs: receivedAtMs }]);

/** Two parts as one. Who began it keeps its name: key, client, split cause; who ended it says why. */
export const united = (one: SessionPart, other: SessionPart): SessionPart => {
  const [begins, later] = compareHits(one.edges.first, other.edges.first) <= 0 ? [one, other] : [other, one];
  const ends = compareHits(begins.edges.last, later.edges.last) > 0 ? begins : later;
  return {
    sessionKey: begins.sessionKey,
    clientKeys: [...new Set([...begins.clientKeys, ...later.clientKeys])].sort(),
    clientId: begins.clientId,
    hits: begins.hits + later.hits,
    closeCause: ends.closeCause,
    splitCause: begins.splitCause,
    isLate: begins.isLate,
    isBot: begins.isBot || later.isBot,
    joins: distinctJoins([...begins.joins, ...later.joins]),
    duplicateHits: begins.duplicateHits + later.duplicateHits,
    lateHits: begins.lateHits + later.lateHits,
    edges: unitedEdges(begins.edges, later.edges, ends.edges),
  };
};

const unitedEdges = (begins: SessionEdges, later: SessionEdges, ends: SessionEdges): SessionEdges => {
  const firstUser = earlier(begins.firstUser, later.firstUser);
  const lastUser = latest(begins.lastUser, later.lastUser);
  const firstCampaign = earlier(begins.firstCampaign, later.firstCampaign);
  const lastCampaign = latest(begins.lastCampaign, later.lastCampaign);
  return {
    first: begins.first,
    last: ends.last,
    ...hardBeginning(begins, later),
    ...hardEnding(ends, ends === begins ? later : begins),
    ...(ends.lastPlatform === undefined ? {} : { lastPlatform: ends.lastPlatform }),
    ...(firstUser === undefined ? {} : { firstUser }),
    ...(lastUser === undefined ? {} : { lastUser }),
    ...(firstCampaign === undefined ? {} : { firstCampaign }),
    ...(lastCampaign === undefined ? {} : { lastCampaign }),
    closedAtMs: Math.max(begins.closedAtMs, later.closedAtMs),
  };
};

type Barriers = Partial<Pick<SessionEdges, 'beginsAfter' | 'endsBefore'>>;

/** What held one part holds the whole: the latest of what it began after, unless its own first hit is the barrier. */
const hardBeginning = (begins: SessionEdges, later: SessionEdges): Pick<SessionEdges, 'beginsHard'> & Barriers => {
  if (begins.beginsHard && begins.beginsAfter === undefined) return { beginsHard: true };
  const barriers = [begins.beginsAfter, later.beginsAfter].filter(barrier => barrier !== undefined).sort(compareHits);
  const beginsAfter = barriers.at(-1);
  return beginsAfter === undefined ? { beginsHard: false } : { beginsHard: true, beginsAfter };
};

const hardEnding = (ends: SessionEdges, sooner: SessionEdges): Pick<SessionEdges, 'endsHard'> & Barriers => {
  if (ends.endsHard && ends.endsBefore === undefined) return { endsHard: true };
  const barriers = [ends.endsBefore, sooner.endsBefore].filter(barrier => barrier !== undefined).sort(compareHits);
  const endsBefore = barriers[0];
  return endsBefore === undefined ? { endsHard: false } : { endsHard: true, endsBefore };
};

const earlier = (one: Seen | undefined, other: Seen | undefined): Seen | undefined =>
  one === undefined || (other !== undefined && other.atMs < one.atMs) ? other : one;

const latest = (one: Seen | undefined, other: Seen | undefined): Seen | undefined =>
  other === undefined || (one !== undefined && one.atMs > other.atMs) ? one : other;

const distinctJoins = (joins: readonly Join[]): readonly Join[] => {
  const byText = new Map(joins.map(join => [JSON.stringify([join.clientKey, join.identifierType, join.atMs]), join]));
  return [...byText.values()];
};
