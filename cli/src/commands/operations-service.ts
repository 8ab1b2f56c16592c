import {
  OperationsServiceService as Entitlements,
  type AuditProjectionRequest,
  type AuditProjectionResponse,
  type ListDeadLettersRequest,
  type ListDeadLettersResponse,
  type RebuildRequest,
  type RebuildResponse,
  type ReplayDeadLetterRequest,
  type ReplayDeadLetterResponse,
  type SetAsideMessageRequest,
  type SetAsideMessageResponse,
  type TakeBackMessageRequest,
  type TakeBackMessageResponse,
} from '@drawdown/proto';
import { OperationsServiceService as Capacity } from '@drawdown/proto/capacity';
import { OperationsServiceService as Sessions } from '@drawdown/proto/sessions';
import { Option } from 'commander';
import { SERVICES, type ServiceName } from '../client/context.js';
import type { Method } from '../client/drawdown-client.js';

/** Which service a command of operation is about. */
export interface ServiceOptions {
  readonly service: ServiceName;
}

export const serviceOption = (): Option => {
  const usual: ServiceName = 'entitlements';
  return new Option('--service <name>', 'which service').choices(SERVICES).default(usual);
};

/** What every service answers alike (design §5), each under its own path. */
interface SharedOperations {
  readonly rebuild: Method<RebuildRequest, RebuildResponse>;
  readonly auditProjection: Method<AuditProjectionRequest, AuditProjectionResponse>;
  readonly listDeadLetters: Method<ListDeadLettersRequest, ListDeadLettersResponse>;
  readonly replayDeadLetter: Method<ReplayDeadLetterRequest, ReplayDeadLetterResponse>;
  readonly setAsideMessage: Method<SetAsideMessageRequest, SetAsideMessageResponse>;
  readonly takeBackMessage: Method<TakeBackMessageRequest, TakeBackMessageResponse>;
}

const OPERATIONS: Readonly<Record<ServiceName, SharedOperations>> = {
  entitlements: Entitlements,
  sessions: Sessions,
  capacity: Capacity,
};

export const operationsOf = (service: ServiceName): SharedOperations => OPERATIONS[service];
