import {
  MemberState,
  OperationsServiceService,
  PoolsServiceService,
  WorkloadResult,
  WorkloadsServiceService,
} from '@drawdown/proto/capacity';
import { eventually, type ServiceClient, type TestDeployment } from '@drawdown/testing';
import { decidePool, type PoolEvent } from '../../src/domain/index.js';
import { deployCapacity } from '../resilience/deployment.js';
import type { Prefix } from '../resilience/log.js';
import { requireDueFirst } from '../resilience/order.js';
import { numbersIn, plant, poolOf, type Past } from '../resilience/planted.js';
import { logsOf } from '../resilience/whole-log.js';
import { World } from '../resilience/world.js';
import { drained, grace, holdUntil, NAMESPACE, NODE, WORKLOAD } from './pasts.js';

const MS_PER_SECOND = 1_000;
/** Pools of the past have numbers that no counter reaches in a test. */
const FIRST_POOL = 1_000_000;
/** All that pools of the past have due was due before this. */
const PAST_SECONDS = 600;
const GRACE_SECONDS = 60;
const HOLD_SECONDS = 90;
/** In one partition, so that its timer is busy with the first of them while commands come for the last. */
const CROWD = 500;
const CROWDED_PARTITION = 5;
const COMMANDED = 100;
const SCATTERED = 1_500;
/** So much is due at once that a replica on a busy machine needs longer to renew its leases. */
const LEASE_TTL_MS = 6_000;
const MS_MAX = 90_000;

const nowSeconds = (): number => Math.floor(Date.now() / MS_PER_SECOND);

/** Events but for the instant at which somebody noticed, which says nothing about the pool. */
const told = (events: readonly PoolEvent[]): readonly unknown[] =>
  events.map(event => (event.type === 'dimension-exhausted' ? { ...event, detectedAt: undefined } : event));

/** What must come of a past, whoever notices: the same as of a check by anybody later. */
const owedBy = (past: Past): readonly unknown[] => told(decidePool({ type: 'check', at: nowSeconds() }, poolOf(past)));

let deployment: TestDeployment;
let client: ServiceClient;
let world: World;
let logs: ReadonlyMap<number, readonly Prefix[]>;
const openedAt = nowSeconds() - PAST_SECONDS;
const odd = drained(3 * FIRST_POOL, openedAt, 10, 300);
const held = drained(4 * FIRST_POOL, openedAt, 100, 0, holdUntil(openedAt, 7, openedAt + HOLD_SECONDS));
const heldAndDrained = drained(5 * FIRST_POOL, openedAt, 100, 1_000, holdUntil(openedAt, 7, openedAt + HOLD_SECONDS));
const scattered = Array.from({ length: SCATTERED }, (_, index) => drained(2 * FIRST_POOL + index, openedAt, 50, 500));
let crowd: readonly Past[];

/** What was recorded of a pool after its past. */
const sinceOf = (poolId: number): Prefix['decisions'] => (logs.get(poolId) ?? []).slice(1).flatMap(({ decisions }) => decisions);

const eventsOf = (poolId: number): readonly PoolEvent[] => sinceOf(poolId).flatMap(({ events }) => events);

/** What fell due in the past; what a command did is later. */
const dueOf = (poolId: number): readonly unknown[] => told(eventsOf(poolId).filter(({ at }) => at < openedAt + PAST_SECONDS));

/** Whether the documents have all of the log, and none of them says that something is due. */
const isQuiet = async (): Promise<boolean> => {
  const { partitions } = await client.call(OperationsServiceService.listPartitions, {});
  const isFolded = partitions.every(({ streams }) => streams.length > 0 && streams.every(({ lagMessages }) => lagMessages === 0));
  if (!isFolded) return false;
  const { overdue } = await client.call(OperationsServiceService.listOverdue, { longerThanSeconds: 0 });
  return overdue.length === 0;
};

beforeAll(async () => {
  deployment = await deployCapacity({ leaseTtlMs: LEASE_TTL_MS });
  const graceful = grace(openedAt, GRACE_SECONDS);
  crowd = numbersIn(deployment, CROWDED_PARTITION, CROWD, FIRST_POOL).map(id => drained(id, openedAt, 100, 1_000, graceful));
  await plant(deployment, [...crowd, ...scattered, odd, held, heldAndDrained]);
  client = await deployment.clientOf(await deployment.start(), NAMESPACE, ['operator']);
  world = new World(() => client);
  const commanded = crowd.slice(-COMMANDED).toReversed();
  await Promise.all(commanded.map(({ poolId }, index) => world.activate(poolId, 1_000 + index, 500)));
  await eventually('nothing is due any more', async () => ((await isQuiet()) ? true : undefined), MS_MAX);
  logs = await logsOf(deployment);
}, MS_MAX);
afterAll(() => deployment.close());

it('is recorded at its own instant and in the same events, whether the timer comes first or a command, for 2,000 pools at once', () => {
  const firsts = { timer: 0, command: 0 };
  for (const past of [...crowd, ...scattered]) {
    const { poolId } = past;
    expect({ poolId, due: dueOf(poolId) }).toEqual({ poolId, due: owedBy(past) });
    firsts[sinceOf(poolId)[0]?.commandId.startsWith('check:') === true ? 'timer' : 'command'] += 1;
  }
  // Otherwise one of the two was not tried.
  expect(firsts.command).toBeGreaterThan(0);
  expect(firsts.timer).toBeGreaterThan(0);
});

it('says when a dimension ran empty, and what was left that could not pay for one more second', () => {
  const dueAt = openedAt + 33;
  const events = eventsOf(odd.poolId);
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'dimension-exhausted', dimension: 'cu', at: dueAt, dueAt, remainder: 100, workloadIds: [WORKLOAD] }),
  );
  const detectedAt = events.flatMap(event => (event.type === 'dimension-exhausted' ? [event.detectedAt] : []));
  expect(detectedAt[0]).toBeGreaterThanOrEqual(openedAt + PAST_SECONDS);
  expect(events).toContainEqual(expect.objectContaining({ type: 'decommission-requested', workloadIds: [WORKLOAD], at: dueAt }));
  expect(events).toContainEqual({ type: 'workloads-reclaimed', workloadIds: [WORKLOAD], at: dueAt });
});

it('lets holds lapse at their end, also of a pool that ran empty after it', async () => {
  for (const past of [held, heldAndDrained]) {
    const { poolId } = past;
    const lapsed = { type: 'hold-released', workloadId: 7, cause: 'expired', at: openedAt + HOLD_SECONDS };
    expect(eventsOf(poolId).filter(({ type }) => type === 'hold-released')).toEqual([lapsed]);
    expect(told(eventsOf(poolId))).toEqual(owedBy(past));
    expect(await world.pool(poolId)).toMatchObject({ holdCount: 0 });
  }
});

it('keeps the order of instants in every log', () => {
  expect(logs.size).toBe(CROWD + SCATTERED + 3);
  for (const log of logs.values()) requireDueFirst(log);
});

it('has the workload of an empty pool go, and its node confirm it', async () => {
  const { poolId } = odd;
  const members = { poolId, states: [MemberState.RECLAIMED], pageSize: 10, pageToken: '', minPosition: '' };
  const listed = await world.call(PoolsServiceService.listPoolMembers, members);
  expect(listed.members.map(({ workloadId }) => workloadId)).toEqual([WORKLOAD]);
  const position = await world.release(poolId, WORKLOAD);
  const gone = await world.call(PoolsServiceService.listPoolMembers, { ...members, minPosition: position });
  expect(gone.members).toEqual([]);
  expect(await world.pool(poolId, position)).toMatchObject({ memberCount: 0, exhausted: [], balance: { cu: '0' } });
  const request = { ...world.identity(), poolId, workloadId: WORKLOAD, nodeId: NODE, workload: undefined, priority: 0 };
  const again = await world.call(WorkloadsServiceService.reportWorkload, { ...request, result: WorkloadResult.DELETED });
  expect(again.changed).toBe(false);
});
