import { Attributes, durationHistogram, Metrics } from '@drawdown/telemetry';
import { status } from '@grpc/grpc-js';

type CallAttributes = Readonly<Record<string, string>>;

const attributesFor = (method: string, code: status): CallAttributes => ({
  [Attributes.rpcSystem]: 'grpc',
  [Attributes.rpcMethod]: method,
  [Attributes.rpcStatusCode]: status[code] ?? String(code),
});

/** Records the duration of every call by method and code; the attribute objects are made once. */
export class CallMetrics {
  readonly #duration = durationHistogram(Metrics.rpcDuration, 'Time from the arrival of a call to its status');
  readonly #attributes = new Map<string, CallAttributes[]>();

  record(method: string, code: status, startedMs: number): void {
    let byCode = this.#attributes.get(method);
    if (byCode === undefined) this.#attributes.set(method, (byCode = []));
    const attributes = (byCode[code] ??= attributesFor(method, code));
    this.#duration.record((performance.now() - startedMs) / 1_000, attributes);
  }
}
