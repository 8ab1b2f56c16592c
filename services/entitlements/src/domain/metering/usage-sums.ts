import type { InstantMs } from '@drawdown/calendar';
import type { Quantity } from '@drawdown/quantity';

/** What the engine asks of usage: how much was measured between two instants. */
export interface UsageSums {
  /** Sum over events with `from ≤ time < to` (entitlements §2.3). */
  between(from: InstantMs, to: InstantMs): Quantity;
}

export const NO_USAGE: UsageSums = { between: () => 0n };
