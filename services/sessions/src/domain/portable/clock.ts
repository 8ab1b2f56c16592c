/** Paces loops and retries; decides nothing about sessions, which live in event time (sessions §1). */
export interface PacingClock {
  nowMs(): number;
  /** Returns early when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}
