import { BEGIN_CLOSE } from './library/begin-close.js';
import { CATCHING_UP } from './library/catching-up.js';
import { CLOSING } from './library/closing.js';
import { COMMANDS } from './library/commands.js';
import { COMPACTION } from './library/compaction.js';
import { ERASING } from './library/erasing.js';
import { FENCES } from './library/fences.js';
import { GROUPS } from './library/groups.js';
import { HAND_OVER } from './library/hand-over.js';
import { HITS } from './library/hits.js';
import { INGEST } from './library/ingest.js';
import { MERGING } from './library/merging.js';
import { PACKING } from './library/packing.js';
import { PARKING } from './library/parking.js';
import { PLACES } from './library/places.js';
import { READS } from './library/reads.js';
import { REBUILDING } from './library/rebuilding.js';
import { SESSIONS } from './library/sessions.js';
import { USERS } from './library/users.js';

/**
 * Counts changes of what is stored; it is part of every name, because functions are global in a server (sessions §12.3). What an older version
 * stored is rebuilt from the streams.
 */
export const LIBRARY_VERSION = 2;

export const LIBRARY_NAME = `drawdown_sessions_v${String(LIBRARY_VERSION)}`;

/**
 * What can be called. Functions that free or move data are allowed when memory is full: without that a server at its limit would refuse
 * even a deletion.
 */
const FUNCTIONS = {
  ingest: [],
  begin_close: ['allow-oom'],
  skip_catch_up: ['allow-oom'],
  claim: ['allow-oom'],
  postpone: ['allow-oom'],
  closed_headers: ['no-writes'],
  assign: ['allow-oom'],
  finish: ['allow-oom'],
  notices: ['no-writes'],
  acknowledge_notices: ['allow-oom'],
  close_now: ['allow-oom'],
  unmerge: ['allow-oom'],
  erase: ['allow-oom'],
  erase_hits: ['allow-oom'],
  replace_header: ['allow-oom'],
  mark_saturated: ['allow-oom'],
  compactable: ['no-writes'],
  raw_hits: ['no-writes'],
  swap_compact: ['allow-oom'],
  begin_rebuild: ['allow-oom'],
  wipe: ['allow-oom'],
  seed_closed: [],
  finish_rebuild: [],
  open_session_of: ['no-writes'],
  open_sessions: ['no-writes'],
  closing_sessions: ['no-writes'],
  count_of_user: ['no-writes'],
  wheel_status: ['no-writes'],
  queue_status: ['no-writes'],
  unpark: [],
} as const satisfies Record<string, readonly ('allow-oom' | 'no-writes')[]>;

export type LibraryFunction = keyof typeof FUNCTIONS;

export const functionName = (name: LibraryFunction): string => `${LIBRARY_NAME}_${name}`;

const registration = ([name, flags]: readonly [string, readonly string[]]): string =>
  `redis.register_function{ function_name = '${LIBRARY_NAME}_${name}', callback = calls.${name}, flags = { ${flags.map(flag => `'${flag}'`).join(', ')} } }`;

/** The whole library: Lua for Redis 7.0 and newer. */
export const LIBRARY_SOURCE = [
  `#!lua name=${LIBRARY_NAME}`,
  `local LAYOUT = '${String(LIBRARY_VERSION)}'`,
  PLACES,
  FENCES,
  USERS,
  PACKING,
  SESSIONS,
  CLOSING,
  MERGING,
  HITS,
  INGEST,
  BEGIN_CLOSE,
  HAND_OVER,
  GROUPS,
  COMMANDS,
  COMPACTION,
  ERASING,
  REBUILDING,
  CATCHING_UP,
  READS,
  PARKING,
  ...Object.entries(FUNCTIONS).map(registration),
].join('\n');
