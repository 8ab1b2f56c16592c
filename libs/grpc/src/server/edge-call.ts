import { Fault, Refusal } from '@drawdown/errors';
import { Attributes, extract, isTracing, markFailed, SpanKind, startSpan } from '@drawdown/telemetry';
import { type Metadata, status } from '@grpc/grpc-js';
import { context, trace } from '@opentelemetry/api';
import { isObservable, lastValueFrom } from 'rxjs';

import { toServiceError } from '../errors/status.js';
import type { Caller } from '../identity/caller.js';
import { RunningCall } from './call-context.js';
import type { Answer, Edge, ServedRpc, ServerCall, Work } from './edge.js';
import type { Gate, OpenCall } from './gate.js';
import { refuseMalformed } from './malformed.js';

const authorizationOf = (metadata: Metadata): string | undefined => {
  const [value] = metadata.get('authorization');
  return typeof value === 'string' ? value : undefined;
};

const checkRole = (rpc: ServedRpc, caller: Caller): void => {
  const { role } = rpc.declaration;
  if (role !== undefined && !caller.roles.has(role)) throw new Refusal('ROLE_MISSING', `the call needs the role ${role}`, { role });
};

/** Nest's filter answers an observable that throws; everything else is the response itself. */
const resultOf = (value: unknown): unknown => (isObservable(value) ? lastValueFrom(value) : value);

/** One call on its way through the edge. */
export class EdgeCall implements OpenCall {
  readonly #startedMs = performance.now();
  readonly #gate: Gate;
  #settled = false;
  #running: RunningCall | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly edge: Edge,
    private readonly rpc: ServedRpc,
    private readonly call: ServerCall,
    private readonly work: Work,
    private readonly answer: Answer,
  ) {
    this.#gate = rpc.isStreaming ? edge.streamingGate : edge.unaryGate;
  }

  run(request: unknown): void {
    try {
      this.#gate.enter(this);
    } catch (error) {
      this.#conclude(error);
      return;
    }
    try {
      refuseMalformed(request);
      const caller = this.edge.options.identity.callerOf(authorizationOf(this.call.metadata));
      // A remembered token is answered at once: no turn of the event loop between the wire and the handler.
      if (caller instanceof Promise) caller.then(known => this.#admit(request, known)).catch((error: unknown) => this.#fail(error));
      else this.#admit(request, caller);
    } catch (error) {
      this.#fail(error);
    }
  }

  cutOff(fault: Fault): void {
    this.#running?.abort(fault);
    this.#fail(fault);
  }

  /** The caller is known: decide whether it may, then work within the deadline. */
  #admit(request: unknown, caller: Caller): void {
    checkRole(this.rpc, caller);
    if (typeof request === 'object' && request !== null) this.rpc.validate(request);
    const running = this.#startClock(caller);
    void this.#inSpan(running).then(
      response => this.#settle(undefined, response),
      (error: unknown) => this.#fail(error),
    );
  }

  /** grpc-js ends the call at the client's own deadline; a timer is needed only where ours is earlier. */
  #startClock(caller: Caller): RunningCall {
    const nowMs = Date.now();
    const asked = Number(this.call.getDeadline());
    const deadlineAtMs = Number.isFinite(asked) ? Math.min(asked, nowMs + this.rpc.msMax) : nowMs + this.rpc.msDefault;
    const running = new RunningCall(caller, deadlineAtMs, this.call.metadata);
    this.#running = running;
    const tooLong = (): void => this.cutOff(new Fault('DEADLINE_EXCEEDED', 'the call took too long'));
    if (asked > deadlineAtMs) this.#timer = setTimeout(tooLong, deadlineAtMs - nowMs);
    // grpc-js announces this at the end of every call, and an error is not free.
    this.call.on('cancelled', () => {
      if (this.#settled) return;
      if (running.remainingMs() === 0) tooLong();
      else this.cutOff(new Fault('CANCELLED', 'the client went away'));
    });
    return running;
  }

  async #inSpan(running: RunningCall): Promise<unknown> {
    if (!isTracing()) return resultOf(await this.work(running));
    const { name } = this.rpc;
    const attributes = { [Attributes.rpcSystem]: 'grpc', [Attributes.rpcMethod]: name, [Attributes.namespace]: running.caller.namespace };
    const parent = extract(running.metadata);
    const span = startSpan(name, SpanKind.SERVER, attributes, parent);
    try {
      return await context.with(trace.setSpan(parent, span), async () => resultOf(await this.work(running)));
    } catch (error) {
      markFailed(span, error);
      throw error;
    } finally {
      span.end();
    }
  }

  #fail(error: unknown): void {
    this.#settle(error ?? new TypeError('a handler failed without an error'), undefined);
  }

  #settle(error: unknown, response: unknown): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#gate.leave(this);
    this.#conclude(error, response);
  }

  #conclude(error: unknown, response?: unknown): void {
    const { metrics, options } = this.edge;
    const failure = error === undefined ? null : toServiceError(error, options.codes, options.report);
    metrics.record(this.rpc.name, failure === null ? status.OK : failure.code, this.#startedMs);
    this.answer(failure, response);
  }
}
