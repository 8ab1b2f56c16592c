import {
  CloseCause as ApiCloseCause,
  SessionState as ApiSessionState,
  SplitCause as ApiSplitCause,
  type Session as SessionMessage,
  type SessionHit as SessionHitMessage,
  type SessionReasons as ReasonsMessage,
} from '@drawdown/proto/sessions';
import { endedBecause, startedBecause } from '../../../application/queries/reasons.js';
import type { SessionState, SessionView } from '../../../application/queries/session-view.js';
import { filtersNotedOn, givenLane, wholeSecondsBetween, type CloseCause, type Hit, type SplitCause } from '../../../domain/index.js';
import { toApiTimestamp, toApiTimestampIfSet } from './instants.js';
import { toApiName } from './names.js';

const STATES: Readonly<Record<SessionState, ApiSessionState>> = {
  OPEN: ApiSessionState.OPEN,
  CLOSING: ApiSessionState.CLOSING,
  CLOSED: ApiSessionState.CLOSED,
};

const CLOSE_CAUSES: Readonly<Record<CloseCause, ApiCloseCause>> = {
  inactivity: ApiCloseCause.INACTIVITY,
  hard_cap: ApiCloseCause.HARD_CAP,
  memory: ApiCloseCause.MEMORY,
  session_end: ApiCloseCause.SESSION_END,
  session_start: ApiCloseCause.SESSION_START,
  operator: ApiCloseCause.OPERATOR,
  import_completed: ApiCloseCause.IMPORT_COMPLETED,
};

const SPLIT_CAUSES: Readonly<Record<SplitCause, ApiSplitCause>> = {
  inactivity: ApiSplitCause.INACTIVITY,
  max_time_since_first_event_reached: ApiSplitCause.MAX_TIME_SINCE_FIRST_EVENT,
  max_events_reached: ApiSplitCause.MAX_EVENTS,
  user_id_changed: ApiSplitCause.USER_ID_CHANGED,
  utm_campaign_changed: ApiSplitCause.UTM_CAMPAIGN_CHANGED,
  calendar_boundary: ApiSplitCause.CALENDAR_BOUNDARY,
};

export const fromApiStates = (states: readonly ApiSessionState[]): readonly SessionState[] =>
  (Object.keys(STATES) as SessionState[]).filter(state => states.includes(STATES[state]));

export const toApiSession = (view: SessionView): SessionMessage => ({
  sessionId: view.sessionId,
  name: view.name === undefined ? '' : toApiName(view.name),
  propertyId: view.propertyId,
  state: STATES[view.state],
  lane: givenLane(view.lane),
  clientId: view.clientId,
  userId: view.userId ?? '',
  startTime: toApiTimestamp(view.startedAtMs),
  endTime: toApiTimestamp(view.endedAtMs),
  durationSeconds: wholeSecondsBetween(view.startedAtMs, view.endedAtMs),
  hitCount: view.hits,
  expireTime: toApiTimestampIfSet(view.expiresAtMs),
  revision: view.revision,
  timeoutMs: view.timeoutMs,
  settingsVersion: view.settingsVersion,
  closeCause: view.closeCause === undefined ? ApiCloseCause.UNSPECIFIED : CLOSE_CAUSES[view.closeCause],
  splitCause: view.splitCause === undefined ? ApiSplitCause.UNSPECIFIED : SPLIT_CAUSES[view.splitCause],
  late: view.isLate,
  bot: view.isBot,
  supersededBy: view.supersededBy ?? '',
  usage: view.usage.map(({ id, customer, eventType, value }) => ({ eventId: id, customer, eventType, value })),
});

export const toApiReasons = (view: SessionView): ReasonsMessage => ({
  started: startedBecause(view),
  ended: endedBecause(view),
  joins: view.joins.map(({ clientKey, identifierType, atMs }) => ({ clientKey, identifierType, time: toApiTimestamp(atMs) })),
  clientKeys: [...view.clientKeys],
  duplicateHits: view.duplicateHits,
  lateHits: view.lateHits,
});

/** A page of a session's hits; `start` is the place of the first of them in the session. */
export const toApiSessionHits = (session: SessionView, hits: readonly Hit[], start: number): SessionHitMessage[] =>
  hits.map((hit, index) => toApiSessionHit(hit, start + index === 0 ? session.splitCause : undefined));

const toApiSessionHit = (hit: Hit, splitCause: SplitCause | undefined): SessionHitMessage => ({
  id: hit.id,
  clientId: hit.clientId,
  userId: hit.userId ?? '',
  eventName: hit.eventName,
  receivedTime: toApiTimestamp(hit.receivedAtMs),
  host: hit.host,
  path: hit.path,
  splitCause: splitCause === undefined ? ApiSplitCause.UNSPECIFIED : SPLIT_CAUSES[splitCause],
  matchedFilters: [...filtersNotedOn(hit)],
});
