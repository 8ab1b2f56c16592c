import type { Wheel } from './wheel.js';

/** A session that was closed, as a rebuild finds it in the log (sessions §12.5). */
export interface ClosedSeed extends Wheel {
  /** Of `beginRebuild`. */
  readonly token: string;
  readonly sessionId: string;
  readonly clientKeys: readonly string[];
  /** As `assign` had stored it; null for one that was superseded. */
  readonly header: string | null;
  /** Event time after which it is forgotten. */
  readonly keepUntilMs: number;
  /** Its hits are known from now on. */
  readonly hits: readonly { readonly id: string; readonly clientKey: string }[];
}

/** An identifier that joins nobody any more (sessions §15.4). */
export interface Saturation {
  readonly identifierType: string;
  readonly identifierHash: string;
  /** Event time; it stays apart for a day of event time. */
  readonly atMs: number;
}
