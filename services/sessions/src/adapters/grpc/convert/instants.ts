import type { InstantMs } from '@drawdown/calendar';
import type { Timestamp } from '@drawdown/proto';

const SECOND_MS = 1_000;
const MS_NANOS = 1_000_000;

export const fromApiTimestamp = ({ seconds, nanos }: Timestamp): InstantMs => seconds * SECOND_MS + Math.floor(nanos / MS_NANOS);

export const fromApiTimestampIfSet = (timestamp: Timestamp | undefined): InstantMs | undefined =>
  timestamp === undefined ? undefined : fromApiTimestamp(timestamp);

export const toApiTimestamp = (instant: InstantMs): Timestamp => {
  const seconds = Math.floor(instant / SECOND_MS);
  return { seconds, nanos: (instant - seconds * SECOND_MS) * MS_NANOS };
};

export const toApiTimestampIfSet = (instant: InstantMs | null | undefined): Timestamp | undefined =>
  instant === undefined || instant === null ? undefined : toApiTimestamp(instant);
