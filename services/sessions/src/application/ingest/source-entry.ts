import { LIVE_LANE } from '../../domain/index.js';
import type { HitRecord } from '../store/session-store.js';
import type { SourceMessage } from './source-message.js';

/** How far a hit may run ahead of its message's timestamp and still move the watermark (D5). */
const AHEAD_MS_MAX = 5_000;

/** One message of a source, ready to be applied to state partitions. */
export interface SourceEntry {
  readonly sequence: number;
  readonly lane: string;
  /** Where it moves the watermark of its lane; undefined when it says nothing about time. */
  readonly watermarkMs: number | undefined;
  /** The import of `lane` ends here: every state partition that knows it must hear of it. */
  readonly completesLane: boolean;
  /** Time at which the hit counts for watermark and first pointer, by record. */
  readonly records: ReadonlyMap<number, readonly TimedRecord[]>;
}

export interface TimedRecord {
  readonly record: HitRecord;
  readonly countedMs: number;
}

/** Event time of a hit as far as it may move wheels: in lane `live` the log is the clock, imports take times as they are (D5). */
export const countedMs = (lane: string, receivedAtMs: number, messageTimeMs: number): number =>
  lane === LIVE_LANE ? Math.min(receivedAtMs, messageTimeMs + AHEAD_MS_MAX) : receivedAtMs;

/** Watermark that a message brings: a ping its timestamp, hits their latest counted time, the end of an import everything. */
export const watermarkOf = (message: SourceMessage, messageTimeMs: number): number | undefined => {
  switch (message.kind) {
    case 'ping':
      return messageTimeMs;
    case 'import_completed':
      return Number.POSITIVE_INFINITY;
    case 'hits': {
      let latest: number | undefined;
      for (const { receivedAtMs } of message.hits) {
        const counted = countedMs(message.lane, receivedAtMs, messageTimeMs);
        if (latest === undefined || counted > latest) latest = counted;
      }
      return latest;
    }
  }
};
