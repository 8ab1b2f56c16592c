import { collect, listAll, type DrawdownClient } from '@drawdown/cli';
import { Dimension, ListPoolMembersRequest, MemberState, PoolsServiceService, type Pool } from '@drawdown/proto/capacity';
import { Fault } from '@drawdown/errors';
import { readUntil } from '../waiting.js';
import type { Unit } from './units.js';

/** A unit that ran empty, as read. */
export interface Emptied {
  readonly unit: Unit;
  /** The second in which it did. */
  readonly at: number;
  /** Workloads that have to go, or are suspended. */
  readonly workloads: number;
  /** How long after that second it was seen here, by the clock of this machine. */
  readonly seenAfterMs: number;
}

export const DIMENSIONS: Readonly<Record<Unit, Dimension>> = { cu: Dimension.CU, su: Dimension.SU, ipv4u: Dimension.IPV4U };
const PAUSE_MS = 20;
const MS_PER_SECOND = 1_000;

/**
 * Looks at a pool until a unit of it is recorded as exhausted. Workloads that have a grace stand still, and say until when; without one they drain on,
 * and the pool says since when it is empty.
 */
export const watchEmptied = async (client: DrawdownClient, poolId: number, unit: Unit, graceSeconds: number): Promise<Emptied> => {
  const pool = await readUntil(
    `exhaustion of pool ${String(poolId)}`,
    () => getPool(client, poolId),
    ({ exhausted }) => exhausted.includes(DIMENSIONS[unit]),
    ({ exhausted }) => `exhausted: ${exhausted.map(dimension => Dimension[dimension]).join(', ')}`,
    PAUSE_MS,
  );
  const seenMs = Date.now();
  const affected = await readUntil(
    `workloads of pool ${String(poolId)} that have to go`,
    () => affectedOf(client, poolId, unit),
    members => members.length > 0,
    () => 'none',
    PAUSE_MS,
  );
  const at = graceSeconds === 0 ? Number(pool.emptyAt) : Math.min(...affected.map(({ until }) => until)) - graceSeconds;
  return { unit, at, workloads: affected.length, seenAfterMs: seenMs - at * MS_PER_SECOND };
};

/** @throws Fault `STORY_UNREADABLE` */
const getPool = async (client: DrawdownClient, poolId: number): Promise<Pool> => {
  const { pool } = await client.call(PoolsServiceService.getPool, { poolId, withWorkloadIds: false, minPosition: '' });
  if (pool === undefined) throw new Fault('STORY_UNREADABLE', `pool ${String(poolId)} is answered without a pool`);
  return pool;
};

const affectedOf = async (client: DrawdownClient, poolId: number, unit: Unit) => {
  const request = ListPoolMembersRequest.create({ poolId, states: [MemberState.GRACE, MemberState.RECLAIMED] });
  const members = await collect(listAll(client, PoolsServiceService.listPoolMembers, request, page => page.members));
  return members.filter(({ rates }) => rates !== undefined && rates[unit] !== '0');
};
