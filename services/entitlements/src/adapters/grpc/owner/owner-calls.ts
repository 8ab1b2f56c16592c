import { isFault, Fault } from '@drawdown/errors';
import { componentsOf, decodePosition, type Incarnations, type Position, type Subjects } from '@drawdown/eventlog';
import type { CallContext } from '@drawdown/grpc';
import type { OwnerRequest, PartitionReader } from '@drawdown/partitions';
import { inject } from '@drawdown/telemetry';
import type { Account } from '../../../application/accounts/account.js';
import type { View } from '../../../application/answers/view.js';
import type { Input } from '../../../application/partition/input.js';
import type { PartitionOwner } from '../../../application/partition/partition-owner.js';
import type { StoredAccounts } from '../../mongo/stored-accounts.js';
import type { Partitions } from '../../partitions/partitions.js';
import type { OwnerCall, OwnerRoute, ReadRoute } from './route.js';

/** An owner that has not answered a question by then counts as silent: the stored documents answer (design §6). */
const READ_OWNER_MS_MAX = 2_000;
const ROUTE_HEADER = 'Drawdown-Route';
const NAMESPACE_HEADER = 'Drawdown-Namespace';

const SILENT: readonly string[] = ['OWNER_UNAVAILABLE', 'OWNER_BUSY', 'DEADLINE_EXCEEDED', 'PARTITION_STOPPED'];

type Serve = (owner: PartitionOwner, partition: number, data: Uint8Array, call: OwnerCall) => Promise<Uint8Array>;

export interface OwnerCallsOptions {
  readonly subjects: Subjects;
  /** By stream; a position of another one is unknown (design §3.17). */
  readonly incarnations: Incarnations['streams'];
  readonly partitions: Partitions;
  readonly stored: StoredAccounts;
}

/** Brings every call to the owner of its customer's partition: in this process where that is here, else over NATS (design §3.9, §6). */
export class OwnerCalls {
  readonly #served = new Map<string, Serve>();

  constructor(private readonly options: OwnerCallsOptions) {}

  /** From now on the route is answered to other replicas. */
  register<Request, Response>(route: ReadRoute<Request, Response> | OwnerRoute<Request, Response>): void {
    this.#served.set(route.name, async (owner, partition, data, call) => {
      const request = route.request.decode(data);
      const answer =
        route.kind === 'read' ? await this.#answerRead(partition, owner, route, request, call) : await route.answer(owner, request, call);
      return route.response.encode(answer).finish();
    });
  }

  /** Whether this replica owns the partition. */
  isHere(partition: number): boolean {
    return this.#localOwner(partition) !== undefined;
  }

  partitionOf(namespace: string, customer: string): number {
    return this.options.subjects.customerPartition(namespace, customer);
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
    const remainingMs = (): number => context.remainingMs();
    const owner = this.#localOwner(partition);
    if (owner !== undefined) return route.answer(owner, request, { namespace: context.caller.namespace, remainingMs });
    return this.#ask(partition, route, request, context.caller.namespace, context.remainingMs());
  }

  /** Asks the owner, or the stored documents when it is silent. Synchronous where the owner is here and the account is warm. */
  read<Request, Response>(route: ReadRoute<Request, Response>, request: Request, context: CallContext): Response | Promise<Response> {
    const { namespace } = context.caller;
    const customer = route.customerOf(request);
    const partition = this.partitionOf(namespace, customer);
    const owner = this.#localOwner(partition);
    const minPosition = route.minPositionOf(request);
    const account = minPosition === '' ? owner?.accounts.warm({ namespace, customer }) : undefined;
    if (owner !== undefined && account !== undefined) return route.answer(this.#viewOf(partition, owner, account), request);
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
    const owner = this.#localOwner(partition);
    if (owner === undefined) throw new Fault('OWNER_UNAVAILABLE', 'the partition has moved');
    return this.#answerRead(partition, owner, route, request, call);
  }

  /** What an answer of the owner rests on. */
  #viewOf(partition: number, owner: PartitionOwner, account: Account): View {
    const nowMs = owner.nowMs();
    return {
      account,
      nowMs,
      asOfMs: nowMs,
      position: this.positionOf(partition, owner.usageSequence, Math.max(owner.ledgerSequence, account.aggregate.sequence)),
      stale: false,
      isReady: id => owner.isReady(id),
    };
  }

  positionOf(partition: number, usageSequence: number, ledgerSequence: number): Position {
    const reached = { usage: usageSequence, entitlements: ledgerSequence } as const;
    return (['usage', 'entitlements'] as const)
      .filter(stream => reached[stream] > 0)
      .map(stream => ({ stream, incarnation: this.options.incarnations[stream] ?? '', partition, sequence: reached[stream] }));
  }

  #localOwner(partition: number): PartitionOwner | undefined {
    const { host, open } = this.options.partitions;
    return host.owns(partition) ? open.get(partition)?.owner : undefined;
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
      if (owner !== undefined) return await this.#answerRead(partition, owner, route, request, call);
      return await this.#ask(partition, route, request, namespace, timeoutMs);
    } catch (error) {
      if (!isFault(error) || !SILENT.includes(error.reason)) throw error;
      return this.#answerStored(partition, route, request, namespace);
    }
  }

  async #answerRead<Request, Response>(
    partition: number,
    owner: PartitionOwner,
    route: ReadRoute<Request, Response>,
    request: Request,
    { namespace, remainingMs }: OwnerCall,
  ): Promise<Response> {
    const reader = this.options.partitions.host.reader(partition);
    await this.#waitFor(route.minPositionOf(request), partition, owner, reader, remainingMs());
    const account = await owner.accounts.require({ namespace, customer: route.customerOf(request) });
    return route.answer(this.#viewOf(partition, owner, account), request);
  }

  /** Waits for the components of this partition, and for no other: a quiet partition is never waited for in vain (design §3.10). */
  async #waitFor(
    minPosition: string,
    partition: number,
    owner: PartitionOwner,
    reader: PartitionReader<Input> | undefined,
    remainingMs: number,
  ): Promise<void> {
    for (const { stream, sequence } of this.#knownComponents(minPosition, partition)) {
      const reached = stream === 'usage' ? owner.usageSequence : owner.ledgerSequence;
      if (reached >= sequence) continue;
      if (reader === undefined) throw staleRead(stream, sequence);
      await reader.reached(stream, sequence, AbortSignal.timeout(Math.max(1, Math.floor(remainingMs)))).catch((error: unknown) => {
        throw isFault(error) && error.reason === 'WAIT_ABORTED' ? staleRead(stream, sequence) : error;
      });
    }
  }

  /** @throws Refusal `POSITION_UNKNOWN` for one of another incarnation, `VALIDATION` for a text that is no position */
  #knownComponents(minPosition: string, partition: number): Position {
    return minPosition === '' ? [] : componentsOf(decodePosition(minPosition, this.options.incarnations), partition);
  }

  async #answerStored<Request, Response>(
    partition: number,
    route: ReadRoute<Request, Response>,
    request: Request,
    namespace: string,
  ): Promise<Response> {
    const { stored } = this.options;
    const found = await stored.load({ namespace, customer: route.customerOf(request) });
    const watermark = await stored.watermark(partition);
    for (const { stream, sequence } of this.#knownComponents(route.minPositionOf(request), partition)) {
      if ((stream === 'usage' ? watermark.usage : watermark.entitlements) < sequence) throw staleRead(stream, sequence);
    }
    const view: View = {
      account: found.account,
      nowMs: stored.nowMs(),
      asOfMs: found.asOfMs,
      position: this.positionOf(partition, watermark.usage, watermark.entitlements),
      stale: true,
      isReady: found.isReady,
    };
    return route.answer(view, request);
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
    const data = await this.options.partitions.host.request(partition, route.request.encode(request).finish(), {
      timeoutMs,
      headers: inject(headers),
    });
    return route.response.decode(data);
  }
}

const staleRead = (stream: string, sequence: number): Fault =>
  new Fault('STALE_READ', 'the position is not reached yet', { stream, sequence: String(sequence) });
