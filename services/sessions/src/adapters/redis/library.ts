import { BEGIN_CLOSE } from './library/begin-close.js';
import { CLOSING } from './library/closing.js';
import { FENCES } from './library/fences.js';
import { HAND_OVER } from './library/hand-over.js';
import { HITS } from './library/hits.js';
import { INGEST } from './library/ingest.js';
import { MERGING } from './library/merging.js';
import { PLACES } from './library/places.js';
import { SESSIONS } from './library/sessions.js';

/** Counts changes of what is stored; it is part of every name, because functions are global in a server (sessions §12.3). */
export const LIBRARY_VERSION = 1;

export const LIBRARY_NAME = `drawdown_sessions_v${String(LIBRARY_VERSION)}`;

/**
 * What can be called. Functions that free or move data are allowed when memory is full: without that a server at its limit would refuse
 * even a deletion.
 */
const FUNCTIONS = {
  ingest: [],
  begin_close: ['allow-oom'],
  claim: ['allow-oom'],
  postpone: ['allow-oom'],
  closed_headers: ['no-writes'],
  assign: ['allow-oom'],
  finish: ['allow-oom'],
  notices: ['no-writes'],
  acknowledge_notices: ['allow-oom'],
} as const satisfies Record<string, readonly ('allow-oom' | 'no-writes')[]>;

export type LibraryFunction = keyof typeof FUNCTIONS;

export const functionName = (name: LibraryFunction): string => `${LIBRARY_NAME}_${name}`;

const registration = ([name, flags]: readonly [string, readonly string[]]): string =>
  `redis.register_function{ function_name = '${LIBRARY_NAME}_${name}', callback = ${name}, flags = { ${flags.map(flag => `'${flag}'`).join(', ')} } }`;

/** The whole library: Lua for Redis 7.0 and newer. */
export const LIBRARY_SOURCE = [
  `#!lua name=${LIBRARY_NAME}`,
  PLACES,
  FENCES,
  SESSIONS,
  CLOSING,
  MERGING,
  HITS,
  INGEST,
  BEGIN_CLOSE,
  HAND_OVER,
  ...Object.entries(FUNCTIONS).map(registration),
].join('\n');
