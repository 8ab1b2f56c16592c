import { isFault, Fault } from '@drawdown/errors';
import type { Position } from '@drawdown/eventlog';
import type { Account } from '../../../application/accounts/account.js';
import type { View } from '../../../application/answers/view.js';
import type { PartitionOwner } from '../../../application/partition/partition-owner.js';
import type { Partitions } from '../../partitions/partitions.js';
import { staleRead, type Positions } from './positions.js';
import type { OwnerCall, OwnerRoute, ReadRoute } from './route.js';

interface ReachedPosition {
  readonly usage: number;
  readonly ledger: number;
  readonly position: Position;
}

/** What the owner of a partition answers, from its memory, once that is as new as the question asks for. */
export class OwnerAnswers {
  /** By partition; the same as long as nothing more is known. */
  readonly #reachedPositions = new Map<number, ReachedPosition>();

  constructor(
    private readonly partitions: Partitions,
    private readonly positions: Positions,
  ) {}

  /** The owner of a partition, where that is this replica. */
  ownerOf(partition: number): PartitionOwner | undefined {
    const { host, open } = this.partitions;
    return host.owns(partition) ? open.get(partition)?.owner : undefined;
  }

  /** Whether its memory has all that the streams held when it opened. */
  isCurrent(partition: number): boolean {
    return this.partitions.open.get(partition)?.isCurrent === true;
  }

  async answer<Request, Response>(
    partition: number,
    owner: PartitionOwner,
    route: OwnerRoute<Request, Response>,
    request: Request,
    call: OwnerCall,
  ): Promise<Response> {
    await this.#untilCurrent(partition, owner, call);
    return route.answer(owner, request, call);
  }

  /** An owner that has just opened first reads what the streams held then. @throws Fault `NOT_READY` when that takes longer */
  async #untilCurrent(partition: number, owner: PartitionOwner, { remainingMs }: OwnerCall): Promise<void> {
    const end = this.partitions.open.get(partition)?.end;
    if (end === undefined || this.isCurrent(partition)) return;
    const reached = [
      this.#reached('usage', end.usage, partition, owner, remainingMs()),
      this.#reached('entitlements', end.entitlements, partition, owner, remainingMs()),
    ];
    if ((await Promise.all(reached)).includes(false)) throw new Fault('NOT_READY', 'the partition is being read from the log');
  }

  async answerRead<Request, Response>(
    partition: number,
    owner: PartitionOwner,
    route: ReadRoute<Request, Response>,
    request: Request,
    call: OwnerCall,
  ): Promise<Response> {
    await this.#untilCurrent(partition, owner, call);
    await this.#waitFor(route.minPositionOf(request), partition, owner, call);
    const account = await owner.accounts.require({ namespace: call.namespace, customer: route.customerOf(request) });
    return route.answer(this.viewOf(partition, owner, account), request);
  }

  /** Waits for the components of this partition, and for no other: a quiet partition is never waited for in vain (design §3.10). */
  async #waitFor(minPosition: string, partition: number, owner: PartitionOwner, { remainingMs }: OwnerCall): Promise<void> {
    for (const { stream, sequence } of this.positions.componentsOf(minPosition, partition)) {
      if (stream !== 'usage' && stream !== 'entitlements') continue;
      if (!(await this.#reached(stream, sequence, partition, owner, remainingMs()))) throw staleRead(stream, sequence);
    }
  }

  /** False when the time is over first. */
  async #reached(
    stream: 'usage' | 'entitlements',
    sequence: number,
    partition: number,
    owner: PartitionOwner,
    timeoutMs: number,
  ): Promise<boolean> {
    if ((stream === 'usage' ? owner.usageSequence : owner.ledgerSequence) >= sequence) return true;
    const reader = this.partitions.host.reader(partition);
    if (reader === undefined) return false;
    try {
      await reader.reached(stream, sequence, AbortSignal.timeout(Math.max(1, Math.floor(timeoutMs))));
      return true;
    } catch (error) {
      if (isFault(error) && error.reason === 'WAIT_ABORTED') return false;
      throw error;
    }
  }

  /** What an answer of the owner rests on. */
  viewOf(partition: number, owner: PartitionOwner, account: Account): View {
    const nowMs = owner.nowMs();
    return {
      account,
      nowMs,
      asOfMs: nowMs,
      position: this.#positionOf(partition, owner.usageSequence, Math.max(owner.ledgerSequence, account.aggregate.sequence)),
      stale: false,
      isReady: id => owner.isReady(id),
    };
  }

  #positionOf(partition: number, usage: number, ledger: number): Position {
    const known = this.#reachedPositions.get(partition);
    if (known?.usage === usage && known.ledger === ledger) return known.position;
    const position = this.positions.of(partition, usage, ledger);
    this.#reachedPositions.set(partition, { usage, ledger, position });
    return position;
  }
}
