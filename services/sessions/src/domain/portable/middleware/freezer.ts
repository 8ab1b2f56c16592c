import { compareHits } from '../../hit/order.js';
import type { CloseCause } from '../../session/closed-session.js';
import type { Context } from '../context.js';
import type { FiledHit } from '../filed-hit.js';
import type { HandOver } from '../storage/aux-stores.js';

/** Why a proto-session closes, and where. */
export interface Closing {
  readonly cause: CloseCause;
  /** Number of the bucket whose processing closes it; null when something else does. */
  readonly bucket: number | null;
  /** Until when its hits' ids are remembered, in event time (D12). */
  readonly rememberUntilMs: number;
}

/**
 * Takes a proto-session out of the stores in one piece (D6): first its frozen copy is written, then everything open is forgotten. Only
 * then the copy counts, so a failure in between is made good by doing it again (E40). Null when there is nothing of it.
 */
export const freeze = async (context: Context, sessionKey: string, closing: Closing): Promise<HandOver | null> => {
  const { aux } = context;
  const frozen = await frozenCopy(context, sessionKey, closing);
  if (frozen !== null) aux.handOvers.freeze(frozen);
  aux.filter.retire(sessionKey, closing.rememberUntilMs);
  for (const member of aux.aliases.membersOf(sessionKey)) aux.filter.retire(member, closing.rememberUntilMs);
  await context.cleanUp(sessionKey);
  aux.handOvers.release(sessionKey);
  return frozen;
};

const frozenCopy = async (context: Context, sessionKey: string, { cause, bucket }: Closing): Promise<HandOver | null> => {
  const collected = await context.collect(sessionKey);
  if (collected.hits.length + collected.unreadable.length === 0) return null;
  const hits = sortedOnce(collected.hits);
  const notes = context.aux.notes.of(sessionKey);
  return {
    id: `${sessionKey}.${hits[0]?.hit.id ?? ''}`,
    sessionKey,
    cause,
    bucket,
    isLate: notes?.isLate ?? false,
    hits,
    unreadable: collected.unreadable,
    attempts: 0,
    notBeforeMs: 0,
  };
};

/** In order (D14), each id once per client: a failure between writing compacted hits and removing raw ones leaves both. */
const sortedOnce = (hits: readonly FiledHit[]): readonly FiledHit[] => {
  const sorted = inOrder(hits) ? hits : [...hits].sort((left, right) => compareHits(left.hit, right.hit));
  return sorted.filter(({ hit }, index) => {
    const before = sorted[index - 1]?.hit;
    return before === undefined || before.id !== hit.id || before.clientId !== hit.clientId;
  });
};

/** As most are stored: then nothing needs sorting. */
const inOrder = (hits: readonly FiledHit[]): boolean =>
  hits.every(({ hit }, index) => {
    const before = hits[index - 1]?.hit;
    return before === undefined || compareHits(before, hit) <= 0;
  });
