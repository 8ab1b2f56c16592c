import type { SplitCause } from '../session/closed-session.js';
import type { SplitCondition, SplitEvent } from './conditions.js';

/** One session among the hits of a closed proto-session: `[from, to)` by index; `cause` is null for the first one. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly cause: SplitCause | null;
}

/**
 * Splits hits, sorted (D14), into sessions (sessions §13.1): from the second hit on, the first condition that fires begins a new
 * session there, and all conditions begin anew with it. No hits give no session.
 */
export const splitHits = <T>(
  hits: readonly T[],
  conditions: readonly SplitCondition[],
  view: (hit: T) => SplitEvent,
): readonly Stretch[] => {
  const stretches: Stretch[] = [];
  let from = 0;
  let cause: SplitCause | null = null;
  let watches: readonly ReturnType<SplitCondition['watch']>[] = [];
  for (const [index, hit] of hits.entries()) {
    const event = view(hit);
    if (index > 0) {
      const fired = watches.findIndex(isNext => isNext(event));
      if (fired === -1) continue;
      stretches.push({ from, to: index, cause });
      from = index;
      cause = conditions[fired]?.cause ?? null;
    }
    watches = conditions.map(({ watch }) => watch(event));
  }
  if (hits.length > 0) stretches.push({ from, to: hits.length, cause });
  return stretches;
};
