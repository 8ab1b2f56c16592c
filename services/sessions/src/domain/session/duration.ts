const SECOND_MS = 1_000;

/** The second that an instant lies in. */
export const wholeSecond = (atMs: number): number => Math.floor(atMs / SECOND_MS);

/** Duration of a session: the seconds of its last and first time are taken first, then subtracted (sessions §13.3). */
export const wholeSecondsBetween = (fromMs: number, toMs: number): number => wholeSecond(toMs) - wholeSecond(fromMs);
