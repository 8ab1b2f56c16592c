import type { CloseCause, Join, SessionHeader, SessionRevision, SessionUsage, SplitCause } from '../../domain/index.js';
import { Fields } from './session-fields.js';

const KINDS = ['closed', 'amended', 'superseded'] as const;
const CLOSE_CAUSES = [
  'inactivity',
  'hard_cap',
  'memory',
  'session_end',
  'session_start',
  'operator',
  'import_completed',
] as const satisfies readonly CloseCause[];
const SPLIT_CAUSES = [
  'inactivity',
  'max_time_since_first_event_reached',
  'max_events_reached',
  'user_id_changed',
  'utm_campaign_changed',
  'calendar_boundary',
] as const satisfies readonly SplitCause[];

/**
 * A header as it stands on the wire. The fields are written in this order whatever order the object was made in, and absent ones are left out:
 * a repeat must have the same bytes (sessions §12.4).
 */
export const headerToJson = (header: SessionHeader): object => ({
  sessionId: header.sessionId,
  revision: header.revision,
  kind: header.kind,
  namespace: header.namespace,
  propertyId: header.propertyId,
  lane: header.lane,
  sessionKey: header.sessionKey,
  clientKeys: header.clientKeys,
  clientId: header.clientId,
  userId: header.userId,
  startedAtMs: header.startedAtMs,
  endedAtMs: header.endedAtMs,
  hits: header.hits,
  timeoutMs: header.timeoutMs,
  settingsVersion: header.settingsVersion,
  closeCause: header.closeCause,
  splitCause: header.splitCause ?? undefined,
  isLate: header.isLate,
  isBot: header.isBot,
  joins: header.joins.map(({ clientKey, identifierType, atMs }) => ({ clientKey, identifierType, atMs })),
  duplicateHits: header.duplicateHits,
  lateHits: header.lateHits,
  continues: header.continues.map(({ sessionId, revision }) => ({ sessionId, revision })),
  supersededBy: header.supersededBy,
  usage: header.usage.map(usageToJson),
  cancels: header.cancels.map(usageToJson),
});

const usageToJson = ({ id, rule, customer, eventType, value }: SessionUsage): SessionUsage => ({ id, rule, customer, eventType, value });

/** @throws Refusal `EVENT_MALFORMED` */
export const headerFromJson = (fields: Fields): SessionHeader => {
  const userId = fields.optionalText('userId');
  const supersededBy = fields.optionalText('supersededBy');
  return {
    ...revisionFromJson(fields),
    kind: fields.oneOf('kind', KINDS),
    namespace: fields.text('namespace'),
    propertyId: fields.text('propertyId'),
    lane: fields.text('lane'),
    sessionKey: fields.text('sessionKey'),
    clientKeys: fields.texts('clientKeys'),
    clientId: fields.text('clientId'),
    ...(userId === undefined ? {} : { userId }),
    startedAtMs: fields.integer('startedAtMs', Number.MIN_SAFE_INTEGER),
    endedAtMs: fields.integer('endedAtMs', Number.MIN_SAFE_INTEGER),
    hits: fields.integer('hits'),
    timeoutMs: fields.integer('timeoutMs'),
    settingsVersion: fields.integer('settingsVersion'),
    closeCause: fields.oneOf('closeCause', CLOSE_CAUSES),
    splitCause: fields.has('splitCause') ? fields.oneOf('splitCause', SPLIT_CAUSES) : null,
    isLate: fields.flag('isLate'),
    isBot: fields.flag('isBot'),
    joins: fields.list('joins', joinFromJson),
    duplicateHits: fields.integer('duplicateHits'),
    lateHits: fields.integer('lateHits'),
    continues: fields.list('continues', revisionFromJson),
    ...(supersededBy === undefined ? {} : { supersededBy }),
    usage: fields.list('usage', usageFromJson),
    cancels: fields.list('cancels', usageFromJson),
  };
};

export const revisionFromJson = (fields: Fields): SessionRevision => ({
  sessionId: fields.text('sessionId'),
  revision: fields.integer('revision', 1),
});

const joinFromJson = (fields: Fields): Join => ({
  clientKey: fields.text('clientKey'),
  identifierType: fields.text('identifierType'),
  atMs: fields.integer('atMs', Number.MIN_SAFE_INTEGER),
});

const usageFromJson = (fields: Fields): SessionUsage => ({
  id: fields.text('id'),
  rule: fields.text('rule'),
  customer: fields.text('customer'),
  eventType: fields.text('eventType'),
  value: fields.text('value'),
});
