import { Fault } from '@drawdown/errors';
import { NoRespondersError, RequestError, TimeoutError, type NatsConnection } from '@nats-io/transport-node';
import { pause } from './backoff.js';
import type { LeaseKeeper } from './lease-keeper.js';
import type { HostLimits } from './limits.js';
import { NotServing, type OwnedPartition } from './owned-partition.js';
import type { Lease } from './ports.js';
import { decodeReply, encodeRequestHeaders, ownerSubject } from './owner-call.js';

export interface RequestOptions {
  /** How long the caller waits at most, in milliseconds. @default `requestMsDefault` of the host's limits */
  readonly timeoutMs?: number;
  /** Travels to the owner unchanged, for instance the trace context. */
  readonly headers?: ReadonlyMap<string, string>;
}

interface OwnerRequestsOptions {
  readonly nats: NatsConnection;
  readonly prefix: string;
  readonly context: string;
  readonly keeper: LeaseKeeper;
  readonly limits: HostLimits;
  readonly local: (partition: number) => Pick<OwnedPartition<never>, 'serve' | 'isServing'> | undefined;
}

/** An owner that does not answer its subject yet, or not any more, is asked again after this long at the latest. */
const ASK_AGAIN_MS = 20;
const NO_HEADERS: ReadonlyMap<string, string> = new Map();

/** Finds the owner of a partition and asks it. A request is sent again only when it is certain that nobody has worked on it. */
export class OwnerRequests {
  constructor(private readonly options: OwnerRequestsOptions) {}

  request(partition: number, data: Uint8Array, options: RequestOptions): Promise<Uint8Array> {
    const own = this.options.local(partition);
    if (own?.isServing !== true) return this.askUntilAnswered(partition, data, options);
    const { timeoutMs = this.options.limits.requestMsDefault, headers = NO_HEADERS } = options;
    return within(own.serve({ data, headers, timeoutMs }), partition, timeoutMs);
  }

  private async askUntilAnswered(
    partition: number,
    data: Uint8Array,
    { timeoutMs, headers = NO_HEADERS }: RequestOptions,
  ): Promise<Uint8Array> {
    const { limits } = this.options;
    const startedMs = performance.now();
    const deadlineMs = startedMs + (timeoutMs ?? limits.requestMsDefault);
    const ownerDeadlineMs = Math.min(deadlineMs, startedMs + limits.ownerWaitMsMax);
    for (;;) {
      const remainingMs = deadlineMs - performance.now();
      const answer = remainingMs > 0 ? await this.ask(partition, data, headers, remainingMs) : undefined;
      if (answer !== undefined) return answer;
      const waitMs = ownerDeadlineMs - performance.now();
      if (waitMs <= 0) throw new Fault('OWNER_UNAVAILABLE', `Partition ${partition} has no owner now`, { partition: String(partition) });
      await this.ownerMayHaveChanged(Math.min(waitMs, ASK_AGAIN_MS));
    }
  }

  /** The answer, or undefined when nobody has taken the request. */
  private async ask(
    partition: number,
    data: Uint8Array,
    headers: ReadonlyMap<string, string>,
    timeoutMs: number,
  ): Promise<Uint8Array | undefined> {
    const own = this.options.local(partition);
    try {
      if (own?.isServing === true) return await within(own.serve({ data, headers, timeoutMs }), partition, timeoutMs);
      const owner = this.options.keeper.view.owner(partition);
      if (owner === undefined) return undefined;
      return await this.askRemote({ ...owner, partition }, data, headers, timeoutMs);
    } catch (error) {
      if (error instanceof NotServing) return undefined;
      throw error;
    }
  }

  private async askRemote(
    lease: Pick<Lease, 'partition' | 'epoch' | 'incarnation'>,
    data: Uint8Array,
    headers: ReadonlyMap<string, string>,
    timeoutMs: number,
  ): Promise<Uint8Array | undefined> {
    const { nats, prefix, context } = this.options;
    const subject = ownerSubject(prefix, context, lease);
    try {
      const message = await nats.request(subject, data, {
        timeout: Math.ceil(timeoutMs),
        headers: encodeRequestHeaders(headers, timeoutMs),
      });
      const reply = decodeReply(message);
      if (reply.kind === 'error') throw reply.error;
      return reply.kind === 'answer' ? reply.data : undefined;
    } catch (error) {
      if (isNoResponder(error)) return undefined;
      if (error instanceof TimeoutError) throw tooLate(lease.partition, error);
      throw error;
    }
  }

  private async ownerMayHaveChanged(waitMs: number): Promise<void> {
    const changed = new AbortController();
    const unsubscribe = this.options.keeper.view.onChange(() => changed.abort());
    await pause(waitMs, changed.signal);
    unsubscribe();
  }
}

const isNoResponder = (error: unknown): boolean =>
  error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders());

const tooLate = (partition: number, cause?: unknown): Fault =>
  new Fault('DEADLINE_EXCEEDED', `The owner of partition ${partition} did not answer in time`, { partition: String(partition) }, { cause });

/** The owner in this process is held to the same deadline as one elsewhere. On the hot path, so no more than one timer. */
const within = <T>(answer: Promise<T>, partition: number, timeoutMs: number): Promise<T> =>
  new Promise((resolve, reject) => {
    // Whole milliseconds: Node keeps one list of timers per duration.
    const timer = setTimeout(() => reject(tooLate(partition)), Math.ceil(timeoutMs));
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
