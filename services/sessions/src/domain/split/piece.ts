import type { SplitCause } from '../session/closed-session.js';
import type { SplitCondition, SplitEvent } from './conditions.js';
import { splitHits } from './split.js';

/** Part of a closed proto-session that becomes a session of its own, with the splits at its two ends. */
export interface Piece<T> {
  readonly hits: readonly T[];
  /** Why it begins; null when it begins the proto-session. Kept when a filter removes the hit that made the split. */
  readonly splitCause: SplitCause | null;
  /** Why the next piece begins; null when it ends the proto-session. */
  readonly nextSplitCause: SplitCause | null;
}

/** Turns one piece into any number of pieces, in order. */
export type Modifier<T> = (piece: Piece<T>) => readonly Piece<T>[];

/** Cuts pieces where a condition fires. */
export const splitting =
  <T>(conditions: readonly SplitCondition[], view: (hit: T) => SplitEvent): Modifier<T> =>
  piece => {
    if (conditions.length === 0) return [piece];
    const stretches = splitHits(piece.hits, conditions, view);
    if (stretches.length <= 1) return [piece];
    return stretches.map(({ from, to, cause }, index) => ({
      hits: piece.hits.slice(from, to),
      splitCause: cause ?? piece.splitCause,
      nextSplitCause: stretches[index + 1]?.cause ?? piece.nextSplitCause,
    }));
  };

/** Each modifier gets every piece that the one before gave. */
export const modified = <T>(hits: readonly T[], modifiers: readonly Modifier<T>[]): readonly Piece<T>[] =>
  modifiers.reduce<readonly Piece<T>[]>((pieces, modifier) => pieces.flatMap(modifier), [{ hits, splitCause: null, nextSplitCause: null }]);
