import {
  PLATFORMS,
  type CloseCause,
  type Join,
  type Ordered,
  type Seen,
  type SessionEdges,
  type SessionHeader,
  type SessionRevision,
  type SessionUsage,
  type SplitCause,
} from '../../domain/index.js';
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
  edges: edgesToJson(header.edges),
  continues: header.continues.map(({ sessionId, revision }) => ({ sessionId, revision })),
  supersededBy: header.supersededBy,
  usage: header.usage.map(usageToJson),
  cancels: header.cancels.map(usageToJson),
});

const usageToJson = ({ id, rule, customer, eventType, value }: SessionUsage): SessionUsage => ({ id, rule, customer, eventType, value });

const edgesToJson = (edges: SessionEdges): object => ({
  first: orderedToJson(edges.first),
  last: orderedToJson(edges.last),
  beginsHard: edges.beginsHard,
  beginsAfter: edges.beginsAfter === undefined ? undefined : orderedToJson(edges.beginsAfter),
  endsHard: edges.endsHard,
  endsBefore: edges.endsBefore === undefined ? undefined : orderedToJson(edges.endsBefore),
  lastPlatform: edges.lastPlatform,
  firstUser: seenToJson(edges.firstUser),
  lastUser: seenToJson(edges.lastUser),
  firstCampaign: seenToJson(edges.firstCampaign),
  lastCampaign: seenToJson(edges.lastCampaign),
  closedAtMs: edges.closedAtMs,
});

const orderedToJson = ({ receivedAtMs, requestSeq, id }: Ordered): Ordered => ({ receivedAtMs, requestSeq, id });

const seenToJson = (seen: Seen | undefined): Seen | undefined => (seen === undefined ? undefined : { value: seen.value, atMs: seen.atMs });

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
    edges: edgesFromJson(fields.child('edges')),
    continues: fields.list('continues', revisionFromJson),
    ...(supersededBy === undefined ? {} : { supersededBy }),
    usage: fields.list('usage', usageFromJson),
    cancels: fields.list('cancels', usageFromJson),
  };
};

const edgesFromJson = (fields: Fields): SessionEdges => ({
  first: orderedFromJson(fields.child('first')),
  last: orderedFromJson(fields.child('last')),
  beginsHard: fields.flag('beginsHard'),
  ...(fields.has('beginsAfter') ? { beginsAfter: orderedFromJson(fields.child('beginsAfter')) } : {}),
  endsHard: fields.flag('endsHard'),
  ...(fields.has('endsBefore') ? { endsBefore: orderedFromJson(fields.child('endsBefore')) } : {}),
  ...(fields.has('lastPlatform') ? { lastPlatform: fields.oneOf('lastPlatform', PLATFORMS) } : {}),
  ...(fields.has('firstUser') ? { firstUser: seenFromJson(fields.child('firstUser')) } : {}),
  ...(fields.has('lastUser') ? { lastUser: seenFromJson(fields.child('lastUser')) } : {}),
  ...(fields.has('firstCampaign') ? { firstCampaign: seenFromJson(fields.child('firstCampaign')) } : {}),
  ...(fields.has('lastCampaign') ? { lastCampaign: seenFromJson(fields.child('lastCampaign')) } : {}),
  closedAtMs: fields.integer('closedAtMs', Number.MIN_SAFE_INTEGER),
});

const seenFromJson = (fields: Fields): Seen => ({
  value: fields.text('value'),
  atMs: fields.integer('atMs', Number.MIN_SAFE_INTEGER),
});

const orderedFromJson = (fields: Fields): Ordered => ({
  receivedAtMs: fields.integer('receivedAtMs', Number.MIN_SAFE_INTEGER),
  requestSeq: fields.integer('requestSeq'),
  id: fields.text('id'),
});

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
