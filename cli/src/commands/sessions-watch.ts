import { SessionChange, SessionsServiceService, type WatchSessionsResponse } from '@drawdown/proto/sessions';
import type { Command } from 'commander';
import { timestampText } from '../client/instants.js';
import { readInteger } from './arguments.js';
import { sessionView, stateText } from './session-views.js';
import { withSession, type Session } from './session.js';

const SHOWN_MAX = 1_000_000;

/** Sessions as they open, close and change. */
export const registerSessionWatch = (sessions: Command): void => {
  sessions
    .command('watch')
    .description('sessions as they open, close and change, one a line, until it is interrupted')
    .argument('[property]', 'its id (default: all of the namespace)')
    .option('--limit <number>', 'end after this many changes', readInteger(1, SHOWN_MAX))
    .action((propertyId: string | undefined, { limit }: { readonly limit?: number }, command: Command) =>
      withSession(command, session => watch(session, propertyId ?? '', limit ?? Infinity), 'sessions'),
    );
};

const watch = async ({ client, output }: Session, propertyId: string, limit: number): Promise<void> => {
  let shown = 0;
  for await (const change of client.download(SessionsServiceService.watchSessions, { propertyId })) {
    if (change.session === undefined) {
      output.note('Watching.');
      continue;
    }
    output.write(output.json ? changeJson(change) : changeText(change));
    shown += 1;
    if (shown >= limit) return;
  }
};

const changeJson = ({ change, session }: WatchSessionsResponse): string =>
  JSON.stringify({ change: SessionChange[change], session: session === undefined ? null : sessionView(session) });

const changeText = ({ change, session }: WatchSessionsResponse): string => {
  if (session === undefined) return '';
  const { sessionId, propertyId, clientId, state, endTime, hitCount } = session;
  const what = SessionChange[change]?.toLowerCase() ?? stateText(state);
  return `${timestampText(endTime)}  ${what.padEnd(10)}  ${propertyId}  ${sessionId}  client ${clientId}  ${String(hitCount)} hits`;
};
