import { formatInstant, type InstantMs } from '@drawdown/calendar';
import type { Timestamp } from '@drawdown/proto';

const MS_PER_SECOND = 1_000;
const NANOS_PER_MS = 1_000_000;

export const toTimestamp = (instant: InstantMs): Timestamp => {
  const seconds = Math.floor(instant / MS_PER_SECOND);
  return { seconds, nanos: (instant - seconds * MS_PER_SECOND) * NANOS_PER_MS };
};

/** Whole milliseconds; what is finer is dropped. */
export const fromTimestamp = ({ seconds, nanos }: Timestamp): InstantMs => seconds * MS_PER_SECOND + Math.floor(nanos / NANOS_PER_MS);

/** RFC 3339 in UTC; empty where there is no instant. */
export const timestampText = (timestamp: Timestamp | undefined): string =>
  timestamp === undefined ? '' : formatInstant(fromTimestamp(timestamp));
