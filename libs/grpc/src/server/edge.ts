import { gauge, Metrics } from '@drawdown/telemetry';
import type { Metadata, ServiceError } from '@grpc/grpc-js';

import type { ErrorCodes } from '../errors/error-codes.js';
import type { ReportIncident } from '../errors/status.js';
import type { Identity } from '../identity/identity.js';
import { GRPC_LIMITS } from '../limits.js';
import { requestValidator } from '../validation/validator.js';
import type { RunningCall } from './call-context.js';
import { CallMetrics } from './call-metrics.js';
import { EdgeCall } from './edge-call.js';
import { Gate } from './gate.js';
import { namesOf, type RpcDeclaration } from './rpc.js';

export interface EdgeOptions {
  readonly identity: Identity;
  readonly codes: ErrorCodes;
  readonly report: ReportIncident;
  readonly unaryCallsMax: number;
  readonly streamingCallsMax: number;
}

/** The parts of a grpc-js server call that the edge looks at. */
export interface ServerCall {
  readonly metadata: Metadata;
  getDeadline(): Date | number;
  on(event: 'cancelled', listener: () => void): unknown;
}

export type Answer = (error: ServiceError | null, response?: unknown) => void;

/** Runs the handler of a call; whatever it returns or throws is the call's outcome. */
export type Work = (running: RunningCall) => unknown;

/** What an RPC demands, with everything that can be worked out beforehand. */
export interface ServedRpc {
  readonly name: string;
  readonly declaration: RpcDeclaration;
  readonly validate: (message: object) => void;
  readonly isStreaming: boolean;
  readonly msDefault: number;
  readonly msMax: number;
}

export const serveRpc = (declaration: RpcDeclaration, isStreaming: boolean): ServedRpc => {
  const { fullService, method } = namesOf(declaration.path);
  return {
    name: `${fullService}/${method}`,
    declaration,
    validate: requestValidator(declaration.request),
    isStreaming,
    msDefault: declaration.msDefault ?? (isStreaming ? GRPC_LIMITS.streamingMsDefault : GRPC_LIMITS.unaryMsDefault),
    msMax: declaration.msMax ?? (isStreaming ? GRPC_LIMITS.streamingMsMax : GRPC_LIMITS.unaryMsMax),
  };
};

/**
 * Everything between the wire and a handler, in one pass: room, identity, role, request, deadline, trace, errors, metrics. One pass instead
 * of a guard, a pipe and interceptors, because a check answered from memory would otherwise cost less than the way to it.
 */
export class Edge {
  readonly unaryGate: Gate;
  readonly streamingGate: Gate;
  readonly metrics = new CallMetrics();

  constructor(readonly options: EdgeOptions) {
    this.unaryGate = new Gate(options.unaryCallsMax);
    this.streamingGate = new Gate(options.streamingCallsMax);
    gauge(Metrics.rpcActive, 'Calls under way', () => [
      { value: this.unaryGate.open, attributes: { kind: 'unary' } },
      { value: this.streamingGate.open, attributes: { kind: 'streaming' } },
    ]);
  }

  /** Runs one call to its end; `answer` is called exactly once, and nothing is thrown into the server. */
  run(rpc: ServedRpc, call: ServerCall, request: unknown, work: Work, answer: Answer): void {
    new EdgeCall(this, rpc, call, work, answer).run(request);
  }
}
