import type { Freshness } from '@drawdown/proto/capacity';
import type { Seconds } from '../../../domain/index.js';
import { toApiTimestamp } from './instants.js';

const MS_PER_SECOND = 1_000;

/** What an answer rests on. */
export interface Rested {
  readonly position: string;
  readonly isStale: boolean;
  readonly asOfMs: number;
}

export const toApiFreshness = ({ position, isStale, asOfMs }: Rested, at?: Seconds): Freshness => ({
  position,
  at: at ?? Math.floor(asOfMs / MS_PER_SECOND),
  asOf: toApiTimestamp(asOfMs),
  stale: isStale,
});
