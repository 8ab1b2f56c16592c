import { Rpc, type CallContext } from '@drawdown/grpc';
import {
  SessionsServiceService,
  type CheckConcurrentSessionsRequest,
  type CheckConcurrentSessionsResponse,
  type GetOpenSessionRequest,
  type GetOpenSessionResponse,
  type GetSessionRequest,
  type GetSessionResponse,
  type ListSessionsRequest,
  type ListSessionsResponse,
  type WatchSessionsRequest,
  type WatchSessionsResponse,
} from '@drawdown/proto/sessions';
import { Controller } from '@nestjs/common';
import { PAGE_SESSIONS_MAX, type FoundSession } from '../../../application/queries/session-reads.js';
import { laneOf, type Property } from '../../../domain/index.js';
import { toApiChange } from '../convert/changes.js';
import { fromApiTimestampIfSet } from '../convert/instants.js';
import { fromApiName } from '../convert/names.js';
import { required, requireId } from '../convert/refuse.js';
import { fromApiStates, toApiReasons, toApiSession, toApiSessionHits } from '../convert/sessions.js';
import { toApiValues } from '../convert/values.js';
import { decodePageToken, encodePageToken, isIndex, isListPlace, pageSizeOf } from '../paging.js';
import {
  CheckConcurrentSessionsBody,
  GetOpenSessionBody,
  GetSessionBody,
  ListSessionsBody,
  WatchSessionsBody,
} from '../requests/sessions.js';
import { SessionsApi } from '../sessions-api.js';

/** Questions about sessions, open and closed (sessions §12.8, §15). */
@Controller()
export class SessionsController {
  constructor(private readonly sessions: SessionsApi) {}

  @Rpc(SessionsServiceService.getOpenSession, { request: GetOpenSessionBody })
  async getOpenSession(request: GetOpenSessionRequest, context: CallContext): Promise<GetOpenSessionResponse> {
    const visitor = required(request.visitor, 'visitor');
    const id = requireId(visitor.value, visitor.$case === 'clientId' ? 'client_id' : 'user_id');
    const property = await this.sessions.readable(request, context);
    const { reads } = this.sessions;
    const view =
      visitor.$case === 'userId'
        ? await reads.openOfUser(property, id)
        : await reads.openOfClient(property, id, request.clientSessionId === '' ? undefined : request.clientSessionId);
    return { session: toApiSession(view), reasons: toApiReasons(view) };
  }

  @Rpc(SessionsServiceService.getSession, { request: GetSessionBody })
  async getSession(request: GetSessionRequest, context: CallContext): Promise<GetSessionResponse> {
    const start = decodePageToken(request.pageToken, isIndex) ?? 0;
    const property = await this.sessions.readable(request, context);
    const { session, hits } = await this.#find(property, request, context);
    const end = start + pageSizeOf(request);
    return {
      session: toApiSession(session),
      reasons: toApiReasons(session),
      values: toApiValues(session, hits),
      hits: toApiSessionHits(session, hits.slice(start, end), start),
      nextPageToken: end < hits.length ? encodePageToken(end) : '',
    };
  }

  @Rpc(SessionsServiceService.listSessions, { request: ListSessionsBody })
  async listSessions(request: ListSessionsRequest, context: CallContext): Promise<ListSessionsResponse> {
    const after = decodePageToken(request.pageToken, isListPlace);
    const property = await this.sessions.readable(request, context);
    const { sessions, next } = await this.sessions.reads.list(
      property,
      {
        clientId: unlessEmpty(request.clientId),
        userId: unlessEmpty(request.userId),
        lane: request.lane === '' ? undefined : laneOf(property.namespace, request.lane),
        fromMs: fromApiTimestampIfSet(request.startTime),
        toMs: fromApiTimestampIfSet(request.endTime),
        states: fromApiStates(request.states),
        limit: Math.min(pageSizeOf(request), PAGE_SESSIONS_MAX),
        after,
      },
      context.signal,
    );
    return { sessions: sessions.map(toApiSession), nextPageToken: next === undefined ? '' : encodePageToken(next) };
  }

  @Rpc(SessionsServiceService.watchSessions, { request: WatchSessionsBody })
  async *watchSessions({ propertyId }: WatchSessionsRequest, context: CallContext): AsyncGenerator<WatchSessionsResponse> {
    const changes = await this.sessions.watch(propertyId, context);
    yield toApiChange(undefined);
    for await (const change of changes) yield toApiChange(change);
  }

  @Rpc(SessionsServiceService.checkConcurrentSessions, { request: CheckConcurrentSessionsBody })
  async checkConcurrentSessions(
    { propertyId, userId, limit }: CheckConcurrentSessionsRequest,
    context: CallContext,
  ): Promise<CheckConcurrentSessionsResponse> {
    const user = requireId(userId, 'user_id');
    const property = await this.sessions.property(propertyId, context);
    const openCount = await this.sessions.open.countOfUser(property, user, limit);
    return { allowed: openCount < limit, openCount };
  }

  async #find(property: Property, { key }: GetSessionRequest, { signal }: CallContext): Promise<FoundSession> {
    const wanted = required(key, 'session_id');
    if (wanted.$case === 'name') return this.sessions.reads.named(property, fromApiName(wanted.value, property.namespace));
    return this.sessions.reads.withId(property, requireId(wanted.value, 'session_id'), signal);
  }
}

const unlessEmpty = (text: string): string | undefined => (text === '' ? undefined : text);
