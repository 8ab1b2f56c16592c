import type { CloseCause, SplitCause } from '../../domain/index.js';
import type { SessionView } from './session-view.js';

const SPLITS: Readonly<Record<SplitCause, string>> = {
  inactivity: 'the hit before it was longer ago than the timeout',
  max_time_since_first_event_reached: 'the session before it had lasted as long as the property allows',
  max_events_reached: 'the session before it had as many hits as the property allows',
  user_id_changed: 'another user appeared',
  utm_campaign_changed: 'another campaign appeared',
  calendar_boundary: 'the calendar of the property cuts there',
};

const CLOSES: Readonly<Record<CloseCause, string>> = {
  inactivity: 'no hit came for the timeout',
  hard_cap: 'a hard cap of the property was reached',
  memory: 'the store ran short of memory and the property was over its share',
  session_end: 'a hit named session_end ended it',
  session_start: 'a hit named session_start began another one',
  operator: 'EndSession was called',
  import_completed: 'the import that brought it is complete',
};

/** Why a session begins where it does, for people (sessions §15.13). */
export const startedBecause = ({ splitCause, isLate }: Pick<SessionView, 'splitCause' | 'isLate'>): string => {
  const why = splitCause === undefined ? 'a hit came while its client had no open session' : SPLITS[splitCause];
  return isLate ? `${why}; it came behind what had been processed already` : why;
};

/** Why it ended; empty while it is open. */
export const endedBecause = ({ closeCause, state, supersededBy }: Pick<SessionView, 'closeCause' | 'state' | 'supersededBy'>): string => {
  if (supersededBy !== undefined) return `an earlier hit came: session ${supersededBy} has its hits now`;
  if (closeCause !== undefined) return CLOSES[closeCause];
  return state === 'OPEN' ? '' : 'it takes no more hits and is being handed over';
};
