import type { InstantMs, Recurrence } from '@drawdown/calendar';
import { formatInterval, parseInterval } from '@drawdown/calendar';
import type { Recurrence as RecurrenceMessage, Timestamp } from '@drawdown/proto';

const SECOND_MS = 1_000;
const MS_NANOS = 1_000_000;

export const fromApiTimestamp = ({ seconds, nanos }: Timestamp): InstantMs => seconds * SECOND_MS + Math.floor(nanos / MS_NANOS);

export const fromApiTimestampIfSet = (timestamp: Timestamp | undefined): InstantMs | undefined =>
  timestamp === undefined ? undefined : fromApiTimestamp(timestamp);

export const toApiTimestamp = (instant: InstantMs): Timestamp => {
  const seconds = Math.floor(instant / SECOND_MS);
  return { seconds, nanos: (instant - seconds * SECOND_MS) * MS_NANOS };
};

export const toApiTimestampIfSet = (instant: InstantMs | undefined): Timestamp | undefined =>
  instant === undefined ? undefined : toApiTimestamp(instant);

/** The anchor stays absent where none was given: what it defaults to is the domain's matter. */
export const fromApiRecurrence = (
  message: RecurrenceMessage,
): { readonly interval: Recurrence['interval']; readonly anchor: InstantMs | undefined } => ({
  interval: parseInterval(message.interval),
  anchor: fromApiTimestampIfSet(message.anchor),
});

export const toApiRecurrence = ({ interval, anchor }: Recurrence): RecurrenceMessage => ({
  interval: formatInterval(interval),
  anchor: toApiTimestamp(anchor),
});
