import type { FrozenSession } from '../../application/store/session-store.js';
import { propertyToken } from './ingest-call.js';
import { laneToken } from './keys.js';
import type { Argument } from './library-calls.js';

/** A frozen session as the library takes it back: its head as JSON, then hits and segments of each part. */
export const packUnpark = (lane: string, frozen: FrozenSession): readonly Argument[] => {
  const head = {
    lane: laneToken(lane),
    closeId: frozen.closeId,
    parts: frozen.parts.map(({ clientKey, raw, segments }) => [clientKey, raw.length, segments.length]),
    ...(frozen.bucket === null ? {} : { bucket: frozen.bucket }),
    ...(frozen.answer === null ? {} : { answer: frozen.answer }),
    session: {
      sk: frozen.sessionKey,
      of: `${frozen.scope} ${propertyToken(frozen)}`,
      first: frozen.startedAtMs,
      last: frozen.lastHitAtMs,
      firstHitId: frozen.firstHitId,
      cause: frozen.closeCause,
      caps: frozen.hardCapCloses,
      late: frozen.isLate,
      duplicates: frozen.duplicateHits,
      lateHits: frozen.lateHits,
      // The identifier behind a join is of use while a session is open only.
      joins: JSON.stringify(frozen.joins.map(({ clientKey, identifierType, atMs }) => [clientKey, identifierType, atMs, ''])),
    },
  };
  return [JSON.stringify(head), ...frozen.parts.flatMap(({ raw, segments }) => [...raw, ...segments])];
};
