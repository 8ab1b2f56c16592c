import type { WebHit } from './hits.js';

/** What must come out, and what is read, of one session. */
export interface WebSession {
  /** Id of its first hit. */
  readonly id: string;
  readonly visitor: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly hits: number;
}

/** A longer silence ends a session; one of exactly this length does not. */
export const SILENCE_MS_MAX = 30 * 60_000;

/**
 * A second opinion, as plain as can be: put the hits of each visitor in order and cut where the silence is too long. It shares no code with the
 * service. Of hits of one instant the one with the smaller id, character by character, comes first.
 */
export const groupIntoSessions = (hits: readonly WebHit[], silenceMsMax = SILENCE_MS_MAX): readonly WebSession[] => {
  const sessions: WebSession[] = [];
  let last: WebSession | undefined;
  for (const hit of [...hits].sort(byVisitorTimeAndId)) {
    if (last === undefined || last.visitor !== hit.visitor || hit.timeMs - last.endMs > silenceMsMax) {
      last = { id: hit.id, visitor: hit.visitor, startMs: hit.timeMs, endMs: hit.timeMs, hits: 1 };
      sessions.push(last);
    } else {
      last = { ...last, endMs: hit.timeMs, hits: last.hits + 1 };
      sessions[sessions.length - 1] = last;
    }
  }
  return sessions;
};

const byVisitorTimeAndId = (left: WebHit, right: WebHit): number =>
  compareText(left.visitor, right.visitor) || left.timeMs - right.timeMs || compareText(left.id, right.id);

const compareText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
