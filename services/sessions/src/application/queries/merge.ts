import type { SessionState } from './session-view.js';

/** Place of a session in every list: newest start first, those of one instant by id. */
export interface ListPlace {
  readonly startedAtMs: number;
  readonly sessionId: string;
}

const RANK: Readonly<Record<SessionState, number>> = { OPEN: 0, CLOSING: 1, CLOSED: 2 };

/** Ids by their bytes, as the read model sorts them. */
export const comparePlaces = (a: ListPlace, b: ListPlace): number =>
  b.startedAtMs - a.startedAtMs || Buffer.compare(Buffer.from(a.sessionId), Buffer.from(b.sessionId));

/** Each session once, in the order of lists: where several say something of one id, the highest state wins (sessions §12.8). */
export const mergeSessions = <T extends ListPlace & { readonly state: SessionState }>(
  ...found: readonly (readonly T[])[]
): readonly T[] => {
  const byId = new Map<string, T>();
  for (const session of found.flat()) {
    const known = byId.get(session.sessionId);
    if (known === undefined || RANK[session.state] > RANK[known.state]) byId.set(session.sessionId, session);
  }
  return [...byId.values()].sort(comparePlaces);
};
