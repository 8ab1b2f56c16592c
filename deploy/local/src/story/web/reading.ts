import { collect, fromTimestamp, listAll, type DrawdownClient } from '@drawdown/cli';
import { Fault } from '@drawdown/errors';
import { ListSessionsRequest, SessionsServiceService, SessionState, type Session } from '@drawdown/proto/sessions';
import type { WebSession } from './grouping.js';

/** Closed sessions of a property that stand for themselves, over gRPC. @throws Fault `STORY_UNREADABLE` */
export const readSessions = async (client: DrawdownClient, propertyId: string): Promise<readonly WebSession[]> => {
  const request = ListSessionsRequest.create({ propertyId, states: [SessionState.CLOSED] });
  const sessions = await collect(listAll(client, SessionsServiceService.listSessions, request, page => page.sessions));
  return sessions.filter(({ supersededBy }) => supersededBy === '').map(fromSession);
};

const fromSession = ({ sessionId, clientId, startTime, endTime, hitCount }: Session): WebSession => {
  if (startTime === undefined || endTime === undefined) throw new Fault('STORY_UNREADABLE', `session ${sessionId} has no times`);
  return { id: sessionId, visitor: clientId, startMs: fromTimestamp(startTime), endMs: fromTimestamp(endTime), hits: hitCount };
};
