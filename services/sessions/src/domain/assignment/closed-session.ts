import { Refusal } from '@drawdown/errors';
import type { Ordered } from '../hit/order.js';
import type { Seen, SessionEdges, SessionHeader } from '../session/closed-session.js';
import { usageId } from '../usage/usage.js';

/** What is remembered of a closed session for as long as it may be amended (`z:` of sessions §12.2); part of its header. */
export type ClosedSession = Pick<
  SessionHeader,
  | 'sessionId'
  | 'revision'
  | 'sessionKey'
  | 'clientKeys'
  | 'clientId'
  | 'hits'
  | 'closeCause'
  | 'splitCause'
  | 'isLate'
  | 'isBot'
  | 'joins'
  | 'duplicateHits'
  | 'lateHits'
  | 'edges'
  | 'usage'
>;

/** Version of the text; a text of another one is not guessed at. */
const FORMAT = 1;

type CompactOrdered = readonly [atMs: number, requestSeq: number, id: string];
type CompactSeen = readonly [value: string, atMs: number];
type CompactUsage = readonly [rule: string, customer: string, eventType: string, value: string];

/** Short names, and nothing twice: many of these lie in memory at once. */
interface CompactSession {
  readonly v: typeof FORMAT;
  readonly r: number;
  readonly k: string;
  /** Absent: the session key alone. */
  readonly ks?: readonly string[] | undefined;
  readonly c: string;
  readonly n: number;
  readonly cc: SessionHeader['closeCause'];
  readonly sc?: SessionHeader['splitCause'] | undefined;
  /** Flags, a bit each: late, bot, begins hard, ends hard. */
  readonly fl: number;
  readonly j?: SessionHeader['joins'] | undefined;
  readonly d?: number | undefined;
  readonly l?: number | undefined;
  readonly f: CompactOrdered;
  readonly e: CompactOrdered;
  /** Begins after, ends before. */
  readonly ba?: CompactOrdered | undefined;
  readonly eb?: CompactOrdered | undefined;
  readonly p?: SessionEdges['lastPlatform'] | undefined;
  /** First user, last user, first campaign, last campaign; absent when all four are. */
  readonly s?: readonly (CompactSeen | null)[] | undefined;
  readonly at: number;
  readonly u?: readonly CompactUsage[] | undefined;
}

const FLAG = { late: 1, bot: 2, beginsHard: 4, endsHard: 8 } as const;

/** What a header leaves to amend. */
export const closedSessionOf = (header: SessionHeader): ClosedSession => ({
  sessionId: header.sessionId,
  revision: header.revision,
  sessionKey: header.sessionKey,
  clientKeys: header.clientKeys,
  clientId: header.clientId,
  hits: header.hits,
  closeCause: header.closeCause,
  splitCause: header.splitCause,
  isLate: header.isLate,
  isBot: header.isBot,
  joins: header.joins,
  duplicateHits: header.duplicateHits,
  lateHits: header.lateHits,
  edges: header.edges,
  usage: header.usage,
});

/** The text that is stored; equal sessions give equal texts. */
export const encodeClosedSession = (session: ClosedSession): string => {
  const { edges } = session;
  const compact: CompactSession = {
    v: FORMAT,
    r: session.revision,
    k: session.sessionKey,
    ks: session.clientKeys.length === 1 && session.clientKeys[0] === session.sessionKey ? undefined : session.clientKeys,
    c: session.clientId,
    n: session.hits,
    cc: session.closeCause,
    sc: session.splitCause ?? undefined,
    fl: flagsOf(session),
    j: session.joins.length === 0 ? undefined : session.joins,
    d: session.duplicateHits === 0 ? undefined : session.duplicateHits,
    l: session.lateHits === 0 ? undefined : session.lateHits,
    f: compactOrdered(edges.first),
    e: compactOrdered(edges.last),
    ba: edges.beginsAfter === undefined ? undefined : compactOrdered(edges.beginsAfter),
    eb: edges.endsBefore === undefined ? undefined : compactOrdered(edges.endsBefore),
    p: edges.lastPlatform,
    s: compactValues(edges),
    at: edges.closedAtMs,
    u:
      session.usage.length === 0
        ? undefined
        : session.usage.map(({ rule, customer, eventType, value }) => [rule, customer, eventType, value]),
  };
  return JSON.stringify(compact);
};

const flagsOf = ({ isLate, isBot, edges }: ClosedSession): number =>
  (isLate ? FLAG.late : 0) | (isBot ? FLAG.bot : 0) | (edges.beginsHard ? FLAG.beginsHard : 0) | (edges.endsHard ? FLAG.endsHard : 0);

const compactOrdered = ({ receivedAtMs, requestSeq, id }: Ordered): CompactOrdered => [receivedAtMs, requestSeq, id];

const compactValues = ({ firstUser, lastUser, firstCampaign, lastCampaign }: SessionEdges): CompactSession['s'] => {
  const values = [firstUser, lastUser, firstCampaign, lastCampaign];
  if (values.every(value => value === undefined)) return undefined;
  return values.map(seen => (seen === undefined ? null : [seen.value, seen.atMs]));
};

/**
 * Reads what `encodeClosedSession` wrote.
 * @throws Refusal `CLOSED_SESSION_UNREADABLE` for a text of another version or none at all.
 */
export const decodeClosedSession = (text: string): ClosedSession => {
  const compact = parsed(text);
  const sessionId = compact.f[2];
  const revision = compact.r;
  return {
    sessionId,
    revision,
    sessionKey: compact.k,
    clientKeys: compact.ks ?? [compact.k],
    clientId: compact.c,
    hits: compact.n,
    closeCause: compact.cc,
    splitCause: compact.sc ?? null,
    isLate: (compact.fl & FLAG.late) !== 0,
    isBot: (compact.fl & FLAG.bot) !== 0,
    joins: compact.j ?? [],
    duplicateHits: compact.d ?? 0,
    lateHits: compact.l ?? 0,
    edges: edgesOf(compact),
    usage: (compact.u ?? []).map(([rule, customer, eventType, value]) => {
      const id = usageId({ sessionId, revision }, rule);
      return { id, rule, customer, eventType, value };
    }),
  };
};

/** Our own text: its version vouches for its shape. */
const parsed = (text: string): CompactSession => {
  let compact: Partial<CompactSession> | null;
  try {
    compact = JSON.parse(text) as Partial<CompactSession> | null;
  } catch (cause) {
    throw unreadable({ cause });
  }
  if (compact?.v !== FORMAT) throw unreadable();
  return compact as CompactSession;
};

const unreadable = (options?: ErrorOptions): Refusal =>
  new Refusal('CLOSED_SESSION_UNREADABLE', 'what is remembered of a closed session cannot be read', {}, [], options);

const edgesOf = ({ f, e, ba, eb, fl, p, s, at }: CompactSession): SessionEdges => {
  const [firstUser, lastUser, firstCampaign, lastCampaign] = (s ?? []).map(seenOf);
  return {
    first: orderedOf(f),
    last: orderedOf(e),
    beginsHard: (fl & FLAG.beginsHard) !== 0,
    endsHard: (fl & FLAG.endsHard) !== 0,
    ...(ba === undefined ? {} : { beginsAfter: orderedOf(ba) }),
    ...(eb === undefined ? {} : { endsBefore: orderedOf(eb) }),
    ...(p === undefined ? {} : { lastPlatform: p }),
    ...(firstUser === undefined ? {} : { firstUser }),
    ...(lastUser === undefined ? {} : { lastUser }),
    ...(firstCampaign === undefined ? {} : { firstCampaign }),
    ...(lastCampaign === undefined ? {} : { lastCampaign }),
    closedAtMs: at,
  };
};

const orderedOf = ([receivedAtMs, requestSeq, id]: CompactOrdered): Ordered => ({ receivedAtMs, requestSeq, id });

const seenOf = (seen: CompactSeen | null): Seen | undefined => (seen === null ? undefined : { value: seen[0], atMs: seen[1] });
