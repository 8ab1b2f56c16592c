import { Fault, Refusal } from '@drawdown/errors';
import { PARTITIONS } from '@drawdown/eventlog';
import type { Scope } from '../../domain/index.js';
import type { CommandIdentity, CommandPlace } from '../commands/ports.js';
import type { SessionStore } from '../store/session-store.js';
import type {
  AuditReport,
  FoldedMessage,
  OverdueThing,
  ParkedSession,
  PartitionReport,
  RebuildStep,
  SessionOperations,
  WheelReport,
} from './ports.js';
import type { SetAsideLog } from './set-aside.js';
import { wheelReport, type WheelTimes } from './wheel-report.js';

const SCOPES: readonly Scope[] = ['client', 'property'];

/** What the host knows of a partition, and its owner alone of its work. */
export interface OwnerViews {
  owner(partition: number): { readonly replica: string; readonly epoch: number } | undefined;
  /** Asked of the owner, wherever it is. @throws Fault `OWNER_UNAVAILABLE` */
  ask(partition: number, question: OwnerQuestion, signal: AbortSignal): Promise<unknown>;
}

/** What only the owner of a partition can answer or do. */
export type OwnerQuestion =
  | { readonly op: 'status' | 'check-due' | 'audit' | 'repair' }
  /** A source has found less of itself in the state partition than it must. */
  | ({ readonly op: 'state-lost' } & Loss);

/** Up to where a source had brought a state partition that does not know it any more. */
export interface Loss {
  readonly source: number;
  readonly expected: number;
}

export type OwnerStatus = Pick<PartitionReport, 'streams' | 'waiting' | 'probe'>;

export interface StoredOperationsOptions extends WheelTimes {
  readonly store: Pick<SessionStore, 'lanes' | 'wheelStatus' | 'queueStatus' | 'isRebuilding'>;
  readonly owners: OwnerViews;
  /** Server's time. */
  readonly nowMs: () => number;
  readonly rebuildViews: () => AsyncIterable<RebuildStep>;
  readonly setAside: SetAsideLog;
  readonly messageExists: (message: FoldedMessage) => Promise<boolean>;
  /** Where set-aside messages are recorded. */
  readonly setAsidePartition: number;
  /** Puts a parked proto-session back; undefined when none of this property is parked under this close id. */
  readonly putBack: (parked: ParkedSession) => Promise<CommandPlace | undefined>;
}

/** Operations over all replicas: the state is read where it lies, owners are asked for what only they know (design §5). */
export class StoredOperations implements SessionOperations {
  constructor(private readonly options: StoredOperationsOptions) {}

  async partitions(signal: AbortSignal): Promise<readonly PartitionReport[]> {
    return Promise.all(Array.from({ length: PARTITIONS }, (_unused, partition) => this.#report(partition, signal)));
  }

  async overdue(longerThanMs: number, limit: number): Promise<readonly OverdueThing[]> {
    const nowMs = this.options.nowMs();
    const all = await Promise.all(
      Array.from({ length: PARTITIONS }, async (_unused, partition) => {
        const things = await this.#wheels(partition, (wheel, queue) => [
          ...(wheel.lagMs > 0 && wheel.nextBucket !== null
            ? [{ partition, lane: wheel.lane, kind: 'bucket' as const, id: String(wheel.nextBucket), sinceMs: nowMs - wheel.lagMs }]
            : []),
          ...(queue.overdueMs > 0 && queue.firstCloseId !== null && wheel.scope === 'client'
            ? [{ partition, lane: wheel.lane, kind: 'close' as const, id: queue.firstCloseId, sinceMs: nowMs - queue.overdueMs }]
            : []),
        ]);
        return things.flat();
      }),
    );
    return all
      .flat()
      .filter(({ sinceMs }) => nowMs - sinceMs > longerThanMs)
      .sort((a, b) => a.sinceMs - b.sinceMs)
      .slice(0, limit);
  }

  async checkDue(partition: number, signal: AbortSignal): Promise<{ readonly begun: number; readonly handedOver: number }> {
    return (await this.options.owners.ask(partition, { op: 'check-due' }, signal)) as { begun: number; handedOver: number };
  }

  async audit(partition: number, signal: AbortSignal): Promise<AuditReport> {
    return (await this.options.owners.ask(partition, { op: 'audit' }, signal)) as AuditReport;
  }

  async repair(partition: number, signal: AbortSignal): Promise<number> {
    return (await this.options.owners.ask(partition, { op: 'repair' }, signal)) as number;
  }

  rebuild(): AsyncIterable<RebuildStep> {
    return this.options.rebuildViews();
  }

  async setAside(message: FoldedMessage, reason: string, command: CommandIdentity): Promise<CommandPlace> {
    if (!(await this.options.messageExists(message))) {
      throw new Refusal('NOT_FOUND', 'there is no such message', { stream: message.stream, sequence: String(message.sequence) });
    }
    return this.#record({ kind: 'set-aside', ...message, reason }, command);
  }

  takeBack(message: FoldedMessage, command: CommandIdentity): Promise<CommandPlace> {
    return this.#record({ kind: 'take-back', ...message }, command);
  }

  async repairSession(parked: ParkedSession): Promise<CommandPlace> {
    const { closeId } = parked;
    const place = await this.options.putBack(parked);
    if (place === undefined) throw new Refusal('NOT_FOUND', 'no proto-session is parked under this close id', { closeId });
    return place;
  }

  async #record(body: Parameters<SetAsideLog['execute']>[0], command: CommandIdentity): Promise<CommandPlace> {
    return { partition: this.options.setAsidePartition, sequence: await this.options.setAside.execute(body, command) };
  }

  async #report(partition: number, signal: AbortSignal): Promise<PartitionReport> {
    const { store, owners } = this.options;
    let queueLength = 0;
    const wheels = await this.#wheels(partition, (wheel, queue) => {
      if (wheel.scope === 'client') queueLength += queue.length;
      return wheel;
    });
    const [owned, isRebuilding] = await Promise.all([this.#owned(partition, signal), store.isRebuilding(partition)]);
    return {
      partition,
      owner: owners.owner(partition),
      streams: owned?.streams ?? [],
      waiting: owned?.waiting,
      wheels,
      queueLength,
      probe: owned?.probe,
      state: isRebuilding ? 'rebuilding' : 'whole',
    };
  }

  /** A partition between two owners has no status of its work; everything else of it can still be told. */
  async #owned(partition: number, signal: AbortSignal): Promise<OwnerStatus | undefined> {
    try {
      return (await this.options.owners.ask(partition, { op: 'status' }, signal)) as OwnerStatus;
    } catch (error) {
      if (error instanceof Fault) return undefined;
      throw error;
    }
  }

  async #wheels<T>(
    partition: number,
    read: (wheel: WheelReport, queue: Awaited<ReturnType<SessionStore['queueStatus']>>) => T,
  ): Promise<readonly T[]> {
    const { store, nowMs } = this.options;
    const reports: T[] = [];
    for (const lane of await store.lanes(partition)) {
      const wheel = { state: partition, lane };
      const queue = await store.queueStatus(wheel);
      for (const scope of SCOPES) {
        reports.push(read(wheelReport(lane, await store.wheelStatus(wheel, scope), this.options, nowMs()), queue));
      }
    }
    return reports;
  }
}
