import { PARTITIONS } from '@drawdown/eventlog';
import type { WheelStatus } from '../store/session-store.js';
import type { WheelReport } from './ports.js';

const MS_PER_SECOND = 1_000;
/** Buckets that a wheel passes in a second while it catches up, closes of usual size in them; an estimate for people. */
const BUCKETS_PER_SECOND = 2_000;

/** How all wheels of a service turn. */
export interface WheelTimes {
  readonly tickSeconds: number;
  /** Lateness of hits that every wheel waits for, in ticks. */
  readonly closeLagTicks: number;
}

/** The lag is how long the bucket of the pointer has been due, by the wall clock; 0 while the wheel has nothing to pass (sessions §12.8). */
export const wheelReport = (lane: string, status: WheelStatus, { tickSeconds, closeLagTicks }: WheelTimes, nowMs: number): WheelReport => {
  const { scope, nextBucket, watermarksMs, oldestOpenMs, buckets } = status;
  const reported = [...watermarksMs.values()];
  const isWhole = reported.length === (scope === 'client' ? 1 : PARTITIONS);
  const watermarkMs = isWhole ? Math.min(...reported) : null;
  const tickMs = tickSeconds * MS_PER_SECOND;
  const dueSinceMs = nextBucket === null ? null : (nextBucket + 1 + closeLagTicks) * tickMs;
  const lagMs = dueSinceMs === null || buckets === 0 || !Number.isFinite(watermarkMs) ? 0 : Math.max(0, nowMs - dueSinceMs);
  const behind = dueSinceMs === null || watermarkMs === null ? 0 : Math.max(0, Math.floor((watermarkMs - dueSinceMs) / tickMs));
  return {
    lane,
    scope,
    watermarkMs: Number.isFinite(watermarkMs) ? watermarkMs : null,
    nextBucket,
    lagMs,
    oldestOpenMs,
    buckets,
    catchUpMs: Math.ceil((Math.min(behind, buckets) / BUCKETS_PER_SECOND) * MS_PER_SECOND),
  };
};
