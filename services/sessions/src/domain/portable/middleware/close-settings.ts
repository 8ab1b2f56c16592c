import { Refusal } from '@drawdown/errors';
import type { Hit } from '../../hit/hit.js';
import type { HardCaps } from '../../property/settings.js';
import { checkedTickMs } from '../../wheel/bucket-number.js';

/** How a close trigger judges hits; the functions answer for the property of the hit. */
export interface CloseSettings {
  /** Width of a bucket: whole seconds, 0 = one second (D17). */
  readonly tickMs: number;
  /** D, the inactivity timeout. */
  readonly timeoutMsOf: (hit: Hit) => number;
  readonly hardCapsOf: (hit: Hit) => HardCaps;
  /** Size of a hit (sessions §2.2). */
  readonly sizeOf: (hit: Hit) => number;
  /** How long ids of hits are remembered after their session closed, in event time (D12). */
  readonly retentionMs: number;
}

/** @throws Refusal `INVALID_SETTINGS` unless D is at least a tick and at most the retention (D17). */
export const checkTimeout = (timeoutMs: number, { tickMs, retentionMs }: Pick<CloseSettings, 'tickMs' | 'retentionMs'>): void => {
  if (!(timeoutMs >= checkedTickMs(tickMs))) throw new Refusal('INVALID_SETTINGS', 'a timeout is at least one tick');
  if (timeoutMs > retentionMs) throw new Refusal('INVALID_SETTINGS', 'ids of hits must be remembered for at least the timeout');
};

/** @throws Refusal `INVALID_SETTINGS` unless every cap is positive (D17). */
export const checkHardCaps = ({ hits, ms, bytes }: HardCaps): void => {
  if (!(hits > 0 && ms > 0 && bytes > 0)) throw new Refusal('INVALID_SETTINGS', 'caps are positive');
};
