import { decode, type ExactJson, type OutgoingEvent } from '@drawdown/cloudevents';
import { formatInstant } from '@drawdown/calendar';
import { Refusal } from '@drawdown/errors';
import { requestValidator } from '@drawdown/grpc';
import type { ItemError, UsageEvent } from '@drawdown/proto';
import { EVENT_TIME_AHEAD_MS_MAX } from '../../../domain/index.js';
import { UsageEventBody } from '../requests/usage.js';
import { fromApiTimestamp } from './instants.js';

const validate = requestValidator(UsageEventBody);
const utf8 = new TextDecoder('utf-8', { fatal: true });
const STRUCTURED_HEADERS = new Map([['content-type', 'application/cloudevents+json']]);

/**
 * One event of a request as it will lie in the stream; refused where a reader of the stream would have to dead-letter it.
 * @throws Refusal `VALIDATION`, `EVENT_TIME_IN_FUTURE`, or the reason for which a reader could not take it
 */
export const fromApiUsageEvent = (message: UsageEvent, nowMs: number): OutgoingEvent => {
  validate(message);
  const timeMs = message.time === undefined ? undefined : fromApiTimestamp(message.time);
  if (timeMs !== undefined && timeMs - nowMs > EVENT_TIME_AHEAD_MS_MAX) {
    throw new Refusal('EVENT_TIME_IN_FUTURE', 'time is more than a day ahead', { time: formatInstant(timeMs) }, [
      { field: 'time', description: 'is more than a day ahead' },
    ]);
  }
  const event: OutgoingEvent = {
    id: message.id,
    source: message.source,
    type: message.type,
    subject: message.customer,
    ...(timeMs === undefined ? {} : { time: formatInstant(timeMs) }),
    ...(message.data.byteLength === 0 ? {} : { data: dataOf(message.data) }),
  };
  return event;
};

/** Read exactly as a reader of the stream will read it: numbers keep their text. */
const dataOf = (bytes: Uint8Array): ExactJson => {
  const text = textOf(bytes);
  const probe = Buffer.from(`{"specversion":"1.0","id":"-","source":"-","type":"-","data":${text}}`);
  const decoded = decode(STRUCTURED_HEADERS, probe);
  const [result] = decoded.ok ? decoded.results : [];
  if (!decoded.ok) throw unreadable(decoded.reason, decoded.detail);
  if (result?.ok !== true) throw unreadable(result?.reason ?? 'UNPARSABLE', result?.detail ?? 'is not JSON');
  // A text such as `1,"id":2` would have written over the probe's own attributes.
  if (result.event.data === undefined || result.event.id !== '-' || Object.keys(result.event.extensions).length > 0) {
    throw unreadable('UNPARSABLE', 'is not one JSON value');
  }
  return result.event.data;
};

const textOf = (bytes: Uint8Array): string => {
  try {
    return utf8.decode(bytes);
  } catch {
    throw unreadable('UNPARSABLE', 'is not UTF-8');
  }
};

const unreadable = (reason: string, detail: string): Refusal =>
  new Refusal(reason, `data: ${detail}`, { field: 'data' }, [{ field: 'data', description: detail }]);

/** Why one item of a batch was refused. */
export const toApiItemError = (refusal: Refusal): ItemError => ({
  reason: refusal.reason,
  message: refusal.message,
  field: refusal.violations[0]?.field ?? '',
  metadata: { ...refusal.metadata },
});
