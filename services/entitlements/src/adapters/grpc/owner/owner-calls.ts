import { isFault, Fault } from '@drawdown/errors';
import type { Subjects } from '@drawdown/eventlog';
import type { CallContext } from '@drawdown/grpc';
import type { OwnerRequest } from '@drawdown/partitions';
import { inject } from '@drawdown/telemetry';
import type { PartitionOwner } from '../../../application/partition/partition-owner.js';
import type { StoredAccounts } from '../../mongo/stored-accounts.js';
import type { Partitions } from '../../partitions/partitions.js';
import { OwnerAnswers } from './owner-answers.js';
import type { Positions } from './positions.js';
import type { OwnerCall, OwnerRoute, ReadRoute } from './route.js';
import { StoredAnswers } from './stored-answers.js';

/** An owner that has not answered a question by then counts as silent: the stored documents answer (design §6). */
const READ_OWNER_MS_MAX = 2_000;
const ROUTE_HEADER = 'Drawdown-Route';
const NAMESPACE_HEADER = 'Drawdown-Namespace';

const SILENT: readonly string[] = ['OWNER_UNAVAILABLE', 'OWNER_BUSY', 'DEADLINE_EXCEEDED', 'PARTITION_STOPPED'];

type Serve = (owner: PartitionOwner, partition: number, data: Uint8Array, call: OwnerCall) => Promise<Uint8Array>;

/** Brings every call to the owner of its customer's partition: in this process where that is here, else over NATS (design §3.9, §6). */
export class OwnerCalls {
  readonly #served = new Map<string, Serve>();
  readonly #answers: OwnerAnswers;
  readonly #stored: StoredAnswers;

  constructor(
    private readonly subjects: Subjects,
    private readonly partitions: Partitions,
    readonly positions: Positions,
    stored: StoredAccounts,
  ) {
    this.#answers = new OwnerAnswers(partitions, positions);
    this.#stored = new StoredAnswers(stored, positions);
  }

  /** From now on the route is answered to other replicas. */
  register<Request, Response>(route: ReadRoute<Request, Response> | OwnerRoute<Request, Response>): void {
    this.#served.set(route.name, async (owner, partition, data, call) => {
      const request = route.request.decode(data);
      const answer =
        route.kind === 'read'
          ? await this.#answers.answerRead(partition, owner, route, request, call)
          : await this.#answers.answer(partition, owner, route, request, call);
      return route.response.encode(answer).finish();
    });
  }

  /** Whether this replica owns the partition. */
  isHere(partition: number): boolean {
    return this.#answers.ownerOf(partition) !== undefined;
  }

  partitionOf(namespace: string, customer: string): number {
    return this.subjects.customerPartition(namespace, customer);
  }

  /** Asks the owner; only it may answer. */
  async call<Request, Response>(route: OwnerRoute<Request, Response>, request: Request, context: CallContext): Promise<Response> {
    const { namespace } = context.caller;
    return this.callPartition(this.partitionOf(namespace, route.customerOf(request)), route, request, context);
  }

  async callPartition<Request, Response>(
    partition: number,
    route: OwnerRoute<Request, Response>,
    request: Request,
    context: CallContext,
  ): Promise<Response> {
    const call = { namespace: context.caller.namespace, remainingMs: () => context.remainingMs() };
    const owner = this.#answers.ownerOf(partition);
    if (owner !== undefined) return this.#answers.answer(partition, owner, route, request, call);
    return this.#ask(partition, route, request, context.caller.namespace, context.remainingMs());
  }

  /** Asks the owner, or the stored documents when it is silent. Synchronous where the owner is here and the account is warm. */
  read<Request, Response>(route: ReadRoute<Request, Response>, request: Request, context: CallContext): Response | Promise<Response> {
    const { namespace } = context.caller;
    const customer = route.customerOf(request);
    const partition = this.partitionOf(namespace, customer);
    const owner = this.#answers.ownerOf(partition);
    const minPosition = route.minPositionOf(request);
    const account = minPosition === '' && this.#answers.isCurrent(partition) ? owner?.accounts.warm({ namespace, customer }) : undefined;
    if (owner !== undefined && account !== undefined) return route.answer(this.#answers.viewOf(partition, owner, account), request);
    return this.#readSlowly(partition, owner, route, request, context);
  }

  /** Answers a request that another replica sent. */
  serve(owner: PartitionOwner, partition: number, request: OwnerRequest): Promise<Uint8Array> {
    const serve = this.#served.get(request.headers.get(ROUTE_HEADER) ?? '');
    if (serve === undefined) throw new Fault('OWNER_UNAVAILABLE', 'the owner is of another build and does not know this request');
    const namespace = decodeURIComponent(request.headers.get(NAMESPACE_HEADER) ?? '');
    const deadlineAtMs = performance.now() + request.timeoutMs;
    return serve(owner, partition, request.data, { namespace, remainingMs: () => Math.max(0, deadlineAtMs - performance.now()) });
  }

  /** Answers a question about a customer of a partition that is owned here. */
  async readHere<Request, Response>(route: ReadRoute<Request, Response>, request: Request, call: OwnerCall): Promise<Response> {
    const partition = this.partitionOf(call.namespace, route.customerOf(request));
    const owner = this.#answers.ownerOf(partition);
    if (owner === undefined) throw new Fault('OWNER_UNAVAILABLE', 'the partition has moved');
    return this.#answers.answerRead(partition, owner, route, request, call);
  }

  async #readSlowly<Request, Response>(
    partition: number,
    owner: PartitionOwner | undefined,
    route: ReadRoute<Request, Response>,
    request: Request,
    context: CallContext,
  ): Promise<Response> {
    const { namespace } = context.caller;
    const timeoutMs = Math.min(context.remainingMs(), READ_OWNER_MS_MAX);
    try {
      const call = { namespace, remainingMs: () => context.remainingMs() };
      if (owner !== undefined) return await this.#answers.answerRead(partition, owner, route, request, call);
      return await this.#ask(partition, route, request, namespace, timeoutMs);
    } catch (error) {
      if (!isFault(error) || !SILENT.includes(error.reason)) throw error;
      return this.#stored.answerRead(partition, route, request, namespace);
    }
  }

  async #ask<Request, Response>(
    partition: number,
    route: ReadRoute<Request, Response> | OwnerRoute<Request, Response>,
    request: Request,
    namespace: string,
    timeoutMs: number,
  ): Promise<Response> {
    const headers = new Map([
      [ROUTE_HEADER, route.name],
      [NAMESPACE_HEADER, encodeURIComponent(namespace)],
    ]);
    const data = await this.partitions.host.request(partition, route.request.encode(request).finish(), {
      timeoutMs,
      headers: inject(headers),
    });
    return route.response.decode(data);
  }
}
