import type { Command } from 'commander';
import { registerSessionChanges } from './sessions-changes.js';
import { registerSessionReads } from './sessions-reads.js';
import { registerSessionWatch } from './sessions-watch.js';

/** Sessions, open and closed (sessions §12.8, §15). */
export const registerSessions = (program: Command): void => {
  const sessions = program.command('sessions').description('what visitors did, open and closed');
  registerSessionReads(sessions);
  registerSessionWatch(sessions);
  registerSessionChanges(sessions);
};
