import { Fault, Refusal } from '@drawdown/errors';
import { Attributes, extract, isTracing, markFailed, SpanKind, startSpan } from '@drawdown/telemetry';
import { type Metadata, type ServerErrorResponse, type ServiceError, status } from '@grpc/grpc-js';
import { context, type Span, trace } from '@opentelemetry/api';
import { isObservable, lastValueFrom } from 'rxjs';

import type { ErrorCodes } from '../errors/error-codes.js';
import { type ReportIncident, toServiceError } from '../errors/status.js';
import type { Caller } from '../identity/caller.js';
import type { Identity } from '../identity/identity.js';
import { GRPC_LIMITS } from '../limits.js';
import { requestValidator } from '../validation/validator.js';
import { RunningCall } from './call-context.js';
import { CallMetrics } from './call-metrics.js';
import { Gate } from './gate.js';
import { refuseMalformed } from './malformed.js';
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

export type Answer = (error: ServerErrorResponse | ServiceError | null, response?: unknown) => void;

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

const authorizationOf = (metadata: Metadata): string | undefined => {
  const [value] = metadata.get('authorization');
  return typeof value === 'string' ? value : undefined;
};

const deadlineOf = (rpc: ServedRpc, call: ServerCall, nowMs: number): number => {
  const asked = Number(call.getDeadline());
  return Number.isFinite(asked) ? Math.min(asked, nowMs + rpc.msMax) : nowMs + rpc.msDefault;
};

const checkRole = (rpc: ServedRpc, caller: Caller): void => {
  const { role } = rpc.declaration;
  if (role !== undefined && !caller.roles.has(role)) throw new Refusal('ROLE_MISSING', `the call needs the role ${role}`, { role });
};

/**
 * Everything between the wire and a handler, in one pass: room, identity, role, request, deadline, trace, errors, metrics. One function
 * instead of a guard, a pipe and interceptors, because a check answered from memory would otherwise cost less than the way to it.
 */
export class Edge {
  readonly unaryGate: Gate;
  readonly streamingGate: Gate;
  readonly #options: EdgeOptions;
  readonly #metrics = new CallMetrics();

  constructor(options: EdgeOptions) {
    this.#options = options;
    this.unaryGate = new Gate(options.unaryCallsMax);
    this.streamingGate = new Gate(options.streamingCallsMax);
  }

  /** Runs one call to its end; `answer` is called exactly once, and never throws into the server. */
  run(rpc: ServedRpc, call: ServerCall, request: unknown, work: Work, answer: Answer): void {
    const startedMs = performance.now();
    const gate = rpc.isStreaming ? this.streamingGate : this.unaryGate;
    const conclude = (error: ServiceError | undefined, response?: unknown): void => {
      this.#metrics.record(rpc.name, error === undefined ? status.OK : error.code, startedMs);
      answer(error ?? null, response);
    };
    try {
      gate.enter();
    } catch (error) {
      conclude(this.#translate(error));
      return;
    }
    let settled = false;
    const settle = (error: unknown, response?: unknown): void => {
      if (settled) return;
      settled = true;
      gate.leave();
      conclude(error === undefined ? undefined : this.#translate(error), response);
    };
    try {
      refuseMalformed(request);
      const caller = this.#options.identity.callerOf(authorizationOf(call.metadata));
      if (caller instanceof Promise) caller.then(known => this.#admit(rpc, call, request, known, work, settle)).catch(settle);
      else this.#admit(rpc, call, request, caller, work, settle);
    } catch (error) {
      settle(error);
    }
  }

  /** The caller is known: decide whether it may, then work within the deadline. */
  #admit(
    rpc: ServedRpc,
    call: ServerCall,
    request: unknown,
    caller: Caller,
    work: Work,
    settle: (error: unknown, response?: unknown) => void,
  ): void {
    checkRole(rpc, caller);
    if (typeof request === 'object' && request !== null) rpc.validate(request);
    const nowMs = Date.now();
    const running = new RunningCall(caller, deadlineOf(rpc, call, nowMs), call.metadata);
    const give = (error: Fault): void => {
      running.abort(error);
      settle(error);
    };
    const timer = setTimeout(
      () => give(new Fault('DEADLINE_EXCEEDED', 'the call took too long')),
      Math.max(0, running.deadlineAtMs - nowMs),
    );
    call.on('cancelled', () => give(new Fault('CANCELLED', 'the client went away')));
    const finish = (error: unknown, response?: unknown): void => {
      clearTimeout(timer);
      settle(error, response);
    };
    void this.#inSpan(rpc, running, work).then(response => finish(undefined, response), finish);
  }

  async #inSpan(rpc: ServedRpc, running: RunningCall, work: Work): Promise<unknown> {
    if (!isTracing()) return resultOf(await work(running));
    const attributes = {
      [Attributes.rpcSystem]: 'grpc',
      [Attributes.rpcMethod]: rpc.name,
      [Attributes.namespace]: running.caller.namespace,
    };
    const parent = extract(running.metadata);
    const span: Span = startSpan(rpc.name, SpanKind.SERVER, attributes, parent);
    try {
      return await context.with(trace.setSpan(parent, span), async () => resultOf(await work(running)));
    } catch (error) {
      markFailed(span, error);
      throw error;
    } finally {
      span.end();
    }
  }

  #translate(error: unknown): ServiceError {
    return toServiceError(error, this.#options.codes, this.#options.report);
  }
}

/** Nest's filter answers an observable that throws; everything else is the response itself. */
const resultOf = (value: unknown): unknown => (isObservable(value) ? lastValueFrom(value) : value);
