import { Rpc, type CallContext } from '@drawdown/grpc';
import {
  SessionsServiceService,
  type EndSessionRequest,
  type EndSessionResponse,
  type EraseClientRequest,
  type EraseClientResponse,
  type ExportClientRequest,
  type ExportClientResponse,
  type StartReplayRequest,
  type StartReplayResponse,
  type UnmergeRequest,
  type UnmergeResponse,
} from '@drawdown/proto/sessions';
import { Controller } from '@nestjs/common';
import type { Person } from '../../../application/commands/ports.js';
import { identityOf } from '../command-request.js';
import { withinField } from '../convert/field-path.js';
import { toApiExported } from '../convert/exported.js';
import { fromApiTimestamp, fromApiTimestampIfSet } from '../convert/instants.js';
import { fromApiName } from '../convert/names.js';
import { required, requireId, wrongField } from '../convert/refuse.js';
import { fromApiSettings } from '../convert/settings.js';
import { namespaceOf } from '../namespaces.js';
import { EndSessionBody, EraseClientBody, ExportClientBody, StartReplayBody, UnmergeBody } from '../requests/sessions.js';
import { SessionsApi } from '../sessions-api.js';

/** Rewriting every message that holds a person's hits takes as long as the streams are long. */
const ERASE_MS_MAX = 3_600_000;
const EXPORT_MS_MAX = 3_600_000;
/** A replay publishes its hits before it answers. */
const REPLAY_MS_MAX = 30_000;

/** What operators and customers decide about sessions (sessions §15.4, §15.9, §15.11). */
@Controller()
export class SessionCommandsController {
  constructor(private readonly sessions: SessionsApi) {}

  @Rpc(SessionsServiceService.endSession, { request: EndSessionBody })
  async endSession(request: EndSessionRequest, context: CallContext): Promise<EndSessionResponse> {
    const name = fromApiName(request.name, namespaceOf(context.caller));
    const property = await this.sessions.property(request.propertyId, context);
    const place = await this.sessions.commands.end(property, name, identityOf(request), context.signal);
    return { position: this.sessions.positionOf(place) };
  }

  @Rpc(SessionsServiceService.unmerge, { request: UnmergeBody })
  async unmerge(request: UnmergeRequest, context: CallContext): Promise<UnmergeResponse> {
    const name = fromApiName(request.name, namespaceOf(context.caller));
    const clientId = requireId(request.clientId, 'client_id');
    const property = await this.sessions.property(request.propertyId, context);
    const place = await this.sessions.commands.unmerge(property, name, clientId, identityOf(request), context.signal);
    return { position: this.sessions.positionOf(place) };
  }

  @Rpc(SessionsServiceService.eraseClient, { request: EraseClientBody, msMax: ERASE_MS_MAX })
  async *eraseClient(request: EraseClientRequest, context: CallContext): AsyncGenerator<EraseClientResponse> {
    const person = personOf(request.person);
    const property = await this.sessions.property(request.propertyId, context);
    for await (const step of this.sessions.commands.erase(property, person, identityOf(request), context.signal)) {
      const { openHits, closedSessions, messages, done, place } = step;
      yield { openHits, closedSessions, messages, done, position: place === undefined ? '' : this.sessions.positionOf(place) };
    }
  }

  @Rpc(SessionsServiceService.exportClient, { request: ExportClientBody, msMax: EXPORT_MS_MAX })
  async *exportClient(request: ExportClientRequest, context: CallContext): AsyncGenerator<ExportClientResponse> {
    const person = personOf(request.person);
    const property = await this.sessions.property(request.propertyId, context);
    for await (const exported of this.sessions.export.run(property, person, context.signal)) yield* toApiExported(exported);
  }

  @Rpc(SessionsServiceService.startReplay, { request: StartReplayBody, msDefault: REPLAY_MS_MAX, msMax: REPLAY_MS_MAX })
  async startReplay(request: StartReplayRequest, context: CallContext): Promise<StartReplayResponse> {
    const identity = identityOf(request);
    if (!REPLAY_ID.test(identity.id)) throw wrongField('request_id', 'must be 1–64 characters of A-Z a-z 0-9 _ -');
    const property = await this.sessions.property(request.propertyId, context);
    const replay = {
      fromMs: fromApiTimestamp(required(request.startTime, 'start_time')),
      toMs: fromApiTimestampIfSet(request.endTime) ?? identity.createdAtMs,
      settings: request.settings === undefined ? undefined : { scope: property.settings.scope, ...fromApiSettings(request.settings) },
    };
    if (replay.toMs <= replay.fromMs) throw wrongField('end_time', 'must be after start_time');
    const { lane, places } = await withinField('settings', () =>
      this.sessions.commands.startReplay(property, replay, identity, context.signal),
    );
    return { lane, position: this.sessions.hitsPositionOf(places) };
  }
}

/** The lane is named after the request. */
const REPLAY_ID = /^[A-Za-z0-9_-]{1,64}$/;

const personOf = (person: EraseClientRequest['person']): Person => {
  const { $case, value } = required(person, 'client_id');
  return $case === 'clientId'
    ? { kind: 'client', clientId: requireId(value, 'client_id') }
    : { kind: 'user', userId: requireId(value, 'user_id') };
};
