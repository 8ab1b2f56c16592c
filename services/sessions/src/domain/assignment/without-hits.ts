import type { Hit } from '../hit/hit.js';
import type { UsageRule } from '../property/settings.js';
import type { SessionEdges, SessionHeader } from '../session/closed-session.js';
import { worthOf } from '../usage/usage.js';
import { partOfPiece } from './part.js';

/**
 * The next revision of a session that has lost hits to an erasure (sessions §15.11). It keeps its name, though that may be the id of a hit that went, and
 * why it began and ended; times, counts, people and usage are those of the hits that stay. Without any it is worth nothing, like a superseded one, and
 * has no successor.
 * @param last its newest revision
 * @param left the hits that stay, in order (D14)
 */
export const sessionWithoutHits = (
  last: SessionHeader,
  left: readonly Hit[],
  rules: readonly UsageRule[],
  keyOf: (hit: Hit) => string,
): SessionHeader => {
  const said = lasting(last);
  const revision = last.revision + 1;
  if (left.length === 0) {
    return {
      ...said,
      revision,
      kind: 'superseded',
      clientId: '',
      clientKeys: [],
      hits: 0,
      joins: [],
      continues: [],
      usage: [],
      cancels: last.usage,
    };
  }
  const staying = new Set(left.map(keyOf));
  const clientKeys = last.clientKeys.filter(key => staying.has(key));
  const joins = last.joins.filter(({ clientKey }) => staying.has(clientKey));
  const closing = { ...last, clientKeys, joins, closedAtMs: last.edges.closedAtMs };
  const part = partOfPiece({ hits: left, splitCause: last.splitCause, nextSplitCause: null, isFirst: true }, closing);
  const header = {
    ...said,
    ...part,
    revision,
    kind: 'amended' as const,
    ...(part.edges.lastUser === undefined ? {} : { userId: part.edges.lastUser.value }),
    startedAtMs: part.edges.first.receivedAtMs,
    endedAtMs: part.edges.last.receivedAtMs,
    edges: { ...part.edges, ...heldEnds(last.edges) },
    continues: [{ sessionId: last.sessionId, revision: last.revision }],
  };
  return { ...header, usage: worthOf(header, rules).usage, cancels: last.usage };
};

const lasting = ({ userId: _user, supersededBy: _successor, ...said }: SessionHeader): Omit<SessionHeader, 'userId' | 'supersededBy'> =>
  said;

/** What keeps other hits away at both ends does not go with those that were there. */
const heldEnds = ({ beginsHard, beginsAfter, endsHard, endsBefore }: SessionEdges): Partial<SessionEdges> => ({
  beginsHard,
  ...(beginsAfter === undefined ? {} : { beginsAfter }),
  endsHard,
  ...(endsBefore === undefined ? {} : { endsBefore }),
});
