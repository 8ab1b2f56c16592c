import type { Seconds } from '../amount/instant.js';

/** What every command has. */
export interface DecidedAt {
  /** When the command is decided; an instant before the pool's last one counts as that one (capacity §13.1). */
  readonly at: Seconds;
}

/**
 * What every event has. Amounts are milliunit-seconds, rates milliunits; events hold facts as decided, and folding never calls a formula
 * (capacity §13.1).
 */
export interface RecordedAt {
  /** The command's instant; of what fell due before it, the instant at which it did. */
  readonly at: Seconds;
}
