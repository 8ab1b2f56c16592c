import {
  ListPoolsByOwnerRequest,
  ListPoolSegmentsRequest,
  PoolsServiceService,
  PoolStatus,
  type ItemError,
  type Member,
  type Pool,
  type Segment,
} from '@drawdown/proto/capacity';
import type { Timestamp } from '@drawdown/proto';
import { Option, type Command } from 'commander';
import { collect, listAll } from '../../client/pages.js';
import { secondOf } from '../../capacity/seconds.js';
import { fieldsOf, printList, printOne, tableText } from '../../output/output.js';
import { plain } from '../../output/plain.js';
import { readInstant, readInteger } from '../arguments.js';
import type { Session } from '../session.js';
import { readNumber, withCapacity } from './arguments.js';
import { ALERT_COLUMNS, MEMBER_COLUMNS, POOL_COLUMNS, POOL_FIELDS, SEGMENT_COLUMNS } from './columns.js';
import { alertView, memberView, poolView, segmentView } from './views.js';

const SHOWN_DEFAULT = 100;
const SHOWN_MAX = 100_000;
const STATUSES = {
  idle: PoolStatus.IDLE,
  active: PoolStatus.ACTIVE,
  paused: PoolStatus.PAUSED,
  depleted: PoolStatus.DEPLETED,
  closed: PoolStatus.CLOSED,
} as const;

export const registerPoolReads = (pools: Command): void => {
  registerList(pools);
  registerShow(pools);
  registerExpired(pools);
  registerNext(pools);
  registerMembers(pools);
  registerSegments(pools);
};

const limitOption = (): Option =>
  new Option('--limit <number>', 'at most this many').argParser(readInteger(1, SHOWN_MAX)).default(SHOWN_DEFAULT);

const positionOption = (): Option => new Option('--min-position <position>', 'no older than this, which a command answered');

const upTo = async <Item>(items: AsyncIterable<Item>, limit: number): Promise<readonly Item[]> => {
  const found: Item[] = [];
  for await (const item of items) if (found.push(item) >= limit) break;
  return found;
};

interface ListOptions {
  readonly owner?: number;
  readonly status?: keyof typeof STATUSES;
  readonly limit: number;
  readonly minPosition?: string;
}

const registerList = (pools: Command): void => {
  pools
    .command('list')
    .description('pools of the namespace; exit code 1 when one of them cannot be read')
    .option('--owner <tid>', 'only those of this party, by number', readNumber)
    .addOption(new Option('--status <status>', 'only those that stand so').choices(Object.keys(STATUSES)))
    .addOption(limitOption())
    .addOption(positionOption())
    .action((options: ListOptions, command: Command) => withCapacity(command, session => list(session, options)));
};

const list = async ({ client, output }: Session, { owner, status, limit, minPosition = '' }: ListOptions): Promise<boolean> => {
  const wanted = status === undefined ? undefined : STATUSES[status];
  const unreadable: ItemError[] = [];
  const pools = async function* (): AsyncGenerator<Pool> {
    if (owner === undefined) {
      const statuses = wanted === undefined ? [] : [wanted];
      for await (const { result } of client.download(PoolsServiceService.streamPools, { statuses, minPosition })) {
        if (result?.$case === 'pool') yield result.value;
        if (result?.$case === 'error') unreadable.push(result.value);
      }
      return;
    }
    const request = ListPoolsByOwnerRequest.create({ customerTid: owner, minPosition });
    for await (const pool of listAll(client, PoolsServiceService.listPoolsByOwner, request, page => page.pools)) {
      if (wanted === undefined || pool.status === wanted) yield pool;
    }
  };
  const found = [...(await upTo(pools(), limit))].sort((left, right) => left.poolId - right.poolId);
  printList(output, found, POOL_COLUMNS, poolView);
  for (const { reason, message } of unreadable) output.note(`${reason}: ${message}`);
  return unreadable.length === 0;
};

interface ShowOptions {
  readonly at?: Timestamp;
  readonly workloadIds?: boolean;
  readonly minPosition?: string;
}

const registerShow = (pools: Command): void => {
  pools
    .command('show')
    .description('one pool with its thresholds')
    .argument('<pool>', 'its number', readNumber)
    .option('--at <instant>', 'drained up to a later instant than now, as things stand', readInstant)
    .option('--workload-ids', 'name its workloads')
    .addOption(positionOption())
    .action((poolId: number, { at, workloadIds = false, minPosition = '' }: ShowOptions, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const request = { poolId, withWorkloadIds: workloadIds, minPosition, ...(at === undefined ? {} : { settledAt: secondOf(at) }) };
        const { pool, alerts, freshness } = await client.call(PoolsServiceService.getPool, request);
        if (pool === undefined) return;
        if (output.json) {
          output.write(JSON.stringify({ pool: poolView(pool), alerts: alerts.map(alertView), freshness: plain(freshness ?? null) }));
          return;
        }
        const stale = freshness?.stale === true ? { stale: 'yes: the owner of the partition is silent' } : {};
        printOne(output, { ...fieldsOf(POOL_FIELDS, pool), ...stale }, null);
        if (alerts.length > 0) output.write(tableText(alerts, ALERT_COLUMNS));
      }),
    );
};

interface InstantOptions {
  readonly at?: Timestamp;
}

const atSecond = (at: Timestamp | undefined): { readonly at?: number } => (at === undefined ? {} : { at: secondOf(at) });

const registerExpired = (pools: Command): void => {
  pools
    .command('expired')
    .description('pools that have run empty, the earliest first')
    .option('--at <instant>', 'by then (default: now)', readInstant)
    .addOption(limitOption())
    .action(({ at, limit }: InstantOptions & { readonly limit: number }, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const request = { ...atSecond(at), pageSize: 0, pageToken: '', minPosition: '' };
        const found = await upTo(
          listAll(client, PoolsServiceService.listExpiredPools, request, page => page.pools),
          limit,
        );
        printList(output, found, POOL_COLUMNS, poolView);
      }),
    );
};

const registerNext = (pools: Command): void => {
  pools
    .command('next')
    .description('the pool that runs empty next')
    .option('--at <instant>', 'after then (default: now)', readInstant)
    .action(({ at }: InstantOptions, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const { pool } = await client.call(PoolsServiceService.getNextExpiringPool, { ...atSecond(at), minPosition: '' });
        if (pool !== undefined) printOne(output, fieldsOf(POOL_FIELDS, pool), poolView(pool));
      }),
    );
};

const registerMembers = (pools: Command): void => {
  pools
    .command('members')
    .description('workloads of a pool, those that room is held for among them')
    .argument('<pool>', 'its number', readNumber)
    .addOption(positionOption())
    .action((poolId: number, { minPosition = '' }: { readonly minPosition?: string }, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const request = { poolId, states: [], pageSize: 0, pageToken: '', minPosition };
        const found: readonly Member[] = await collect(listAll(client, PoolsServiceService.listPoolMembers, request, page => page.members));
        printList(output, found, MEMBER_COLUMNS, memberView);
      }),
    );
};

interface SegmentOptions {
  readonly from?: Timestamp;
  readonly to?: Timestamp;
  readonly limit: number;
  readonly minPosition?: string;
}

const registerSegments = (pools: Command): void => {
  pools
    .command('segments')
    .description('how a pool burnt down: stretches of time with the same workloads, oldest first')
    .argument('<pool>', 'its number', readNumber)
    .option('--from <instant>', 'only what ended after it', readInstant)
    .option('--to <instant>', 'only what began before it', readInstant)
    .addOption(limitOption())
    .addOption(positionOption())
    .action((poolId: number, { from, to, limit, minPosition = '' }: SegmentOptions, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const request = ListPoolSegmentsRequest.create({
          poolId,
          startAt: from === undefined ? undefined : secondOf(from),
          endAt: to === undefined ? undefined : secondOf(to),
          minPosition,
        });
        const found: readonly Segment[] = await upTo(
          listAll(client, PoolsServiceService.listPoolSegments, request, page => page.segments),
          limit,
        );
        printList(output, found, SEGMENT_COLUMNS, segmentView);
      }),
    );
};
