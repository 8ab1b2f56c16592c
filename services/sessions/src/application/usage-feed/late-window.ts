/** What of a property, or of all of them, decides how late the usage of a session may come. */
export interface SessionLateness {
  /** The longest D of any platform. */
  readonly timeoutMs: number;
  /** From the first hit to the cap (D11). @default 24 h */
  readonly hardCapMs?: number;
  /** R: for how long after its close a session may be amended (sessions §15.2). */
  readonly amendMs: number;
}

const HARD_CAP_MS = 86_400_000;

/**
 * Usage bears the time of its session's start, and is corrected as long as the session may be: an entitlement that is fed by sessions needs a
 * `lateWindow` of at least this, 24 h + D + R, or corrections are booked at their arrival instead.
 */
export const lateWindowMsNeeded = ({ timeoutMs, hardCapMs = HARD_CAP_MS, amendMs }: SessionLateness): number =>
  hardCapMs + timeoutMs + amendMs;
