import { compareHits } from '../hit/order.js';
import type { ClosedSession } from './closed-session.js';
import { united, type SessionPart } from './part.js';
import type { Obstacle, Seams } from './seam.js';

/** Pieces just closed and closed sessions that are one session. */
export interface Group {
  /** Places in the list of pieces, ascending; never empty. */
  readonly pieces: readonly number[];
  /** In order of their first hits. */
  readonly closed: readonly ClosedSession[];
  readonly whole: SessionPart;
  /** Why its first piece did not go on with the session before it, where only a split kept them apart. */
  readonly keptApartBy: Split | null;
}

type Split = Exclude<Obstacle, 'hard_end'>;

/** A piece and a closed session with no more than D between them. */
interface Touch {
  readonly piece: number;
  readonly closed: number;
  readonly gapMs: number;
}

/** A group as it grows. */
interface Draft {
  readonly pieces: readonly number[];
  readonly closed: readonly ClosedSession[];
  readonly whole: SessionPart;
}

/**
 * Groups pieces with the closed sessions that they touch (sessions §15.2), in order of their first hits. Pieces of one close touch each
 * other only through a closed session, and closed sessions only through a piece: they were kept apart when they closed. The narrowest
 * gaps come first, and what has come together goes on as one part, so that nothing joins across an end that holds.
 * @param pieces in order
 */
export const groupsOf = (pieces: readonly SessionPart[], closed: readonly ClosedSession[], seams: Seams): readonly Group[] => {
  const sessions = [...closed].sort((a, b) => compareHits(a.edges.first, b.edges.first));
  const draftOfPiece = pieces.map((whole, piece): Draft => ({ pieces: [piece], closed: [], whole }));
  const draftOfSession = sessions.map((session): Draft => ({ pieces: [], closed: [session], whole: session }));
  const keptApartBy = new Map<number, Split>();
  for (const touch of touches(pieces, sessions, seams)) {
    const [one, other] = [draftOfPiece[touch.piece], draftOfSession[touch.closed]];
    if (one === undefined || other === undefined || one === other) continue;
    const obstacle = seams.obstacle(one.whole, other.whole);
    if (obstacle === null) {
      const draft = merged(one, other);
      for (const piece of draft.pieces) draftOfPiece[piece] = draft;
      for (const session of draft.closed) draftOfSession[sessions.indexOf(session)] = draft;
    } else if (obstacle !== 'hard_end' && follows(pieces[touch.piece], sessions[touch.closed]) && !keptApartBy.has(touch.piece)) {
      keptApartBy.set(touch.piece, obstacle);
    }
  }
  return [...new Set(draftOfPiece)].map(draft => ({ ...draft, keptApartBy: beginsWithPiece(draft, pieces, keptApartBy) })).sort(byFirstHit);
};

const touches = (pieces: readonly SessionPart[], sessions: readonly ClosedSession[], seams: Seams): readonly Touch[] =>
  sessions
    .flatMap((session, closed) =>
      pieces.flatMap((part, piece): Touch[] => {
        const gapMs = seams.gapMs(part, session);
        return gapMs === null ? [] : [{ piece, closed, gapMs }];
      }),
    )
    .sort((a, b) => a.gapMs - b.gapMs || a.closed - b.closed || a.piece - b.piece);

const merged = (one: Draft, other: Draft): Draft => ({
  pieces: [...one.pieces, ...other.pieces].sort((a, b) => a - b),
  closed: [...one.closed, ...other.closed].sort((a, b) => compareHits(a.edges.first, b.edges.first)),
  whole: united(one.whole, other.whole),
});

const follows = (piece: SessionPart | undefined, session: ClosedSession | undefined): boolean =>
  piece !== undefined && session !== undefined && compareHits(session.edges.last, piece.edges.first) < 0;

const beginsWithPiece = (
  { pieces: places, whole }: Draft,
  pieces: readonly SessionPart[],
  keptApartBy: ReadonlyMap<number, Split>,
): Split | null => {
  const [first] = places;
  const begins = first !== undefined && pieces[first]?.edges.first.id === whole.edges.first.id;
  return begins ? (keptApartBy.get(first) ?? null) : null;
};

const byFirstHit = (a: Group, b: Group): number => compareHits(a.whole.edges.first, b.whole.edges.first);
