import type { Session, SessionHit } from '@drawdown/proto/sessions';
import { timestampText } from '../client/instants.js';
import type { Column } from '../output/output.js';
import { closeText, splitText, stateText } from './session-views.js';

export const SESSION_COLUMNS: readonly Column<Session>[] = [
  { title: 'session', text: ({ sessionId }) => sessionId },
  { title: 'state', text: ({ state }) => stateText(state) },
  { title: 'client', text: ({ clientId }) => clientId },
  { title: 'user', text: ({ userId }) => userId },
  { title: 'from', text: ({ startTime }) => timestampText(startTime) },
  { title: 'to', text: ({ endTime }) => timestampText(endTime) },
  { title: 'seconds', text: ({ durationSeconds }) => String(durationSeconds), right: true },
  { title: 'hits', text: ({ hitCount }) => String(hitCount), right: true },
  { title: 'began by', text: ({ splitCause }) => splitText(splitCause) },
  { title: 'ended by', text: ({ closeCause }) => closeText(closeCause) },
  { title: 'revision', text: ({ revision }) => (revision === 0 ? '' : String(revision)), right: true },
];

/** What else is worth a line when one session stands alone. */
export const SESSION_FIELDS: readonly Column<Session>[] = [
  ...SESSION_COLUMNS,
  { title: 'name', text: ({ name }) => name },
  { title: 'lane', text: ({ lane }) => lane },
  { title: 'closes', text: ({ expireTime }) => timestampText(expireTime) },
  { title: 'late', text: ({ late }) => (late ? 'yes' : '') },
  { title: 'bot', text: ({ bot }) => (bot ? 'yes' : '') },
  { title: 'superseded by', text: ({ supersededBy }) => supersededBy },
  { title: 'usage', text: ({ usage }) => usage.map(({ customer, eventType, value }) => `${customer}: ${eventType} ${value}`).join('\n') },
];

export const HIT_COLUMNS: readonly Column<SessionHit>[] = [
  { title: 'hit', text: ({ id }) => id },
  { title: 'time', text: ({ receivedTime }) => timestampText(receivedTime) },
  { title: 'client', text: ({ clientId }) => clientId },
  { title: 'event', text: ({ eventName }) => eventName },
  { title: 'path', text: ({ host, path }) => `${host}${path}` },
  { title: 'splits', text: ({ splitCause }) => splitText(splitCause) },
];
