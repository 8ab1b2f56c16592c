import { OperationsServiceService, PoolsServiceService, type Pool } from '@drawdown/proto/capacity';
import { eventually, type ServiceClient, type ServiceProcess, type TestDeployment } from '@drawdown/testing';
import { settledAt } from '../../src/domain/index.js';
import { logsOf } from './whole-log.js';

const SETTLED_MS_MAX = 60_000;

/** All partitions have an owner among these, as the first of them sees it, and each of them has some. */
export const shared = async (deployment: TestDeployment, namespace: string, ...among: readonly ServiceProcess[]): Promise<void> => {
  const [asked] = among;
  if (asked === undefined) throw new Error('nobody is asked');
  const names = among.map(({ name }) => name).sort();
  const client = await deployment.clientOf(asked, namespace);
  await eventually(
    `partitions are shared by ${names.join(', ')}`,
    async () => {
      const { partitions } = await client.call(OperationsServiceService.listPartitions, {});
      const owners = [...new Set(partitions.map(({ owner }) => owner))].sort();
      return JSON.stringify(owners) === JSON.stringify(names) ? true : undefined;
    },
    SETTLED_MS_MAX,
  );
  client.close();
};

/** Resolves when the documents have everything that the log has, and nothing is owed to anybody. */
export const folded = (client: ServiceClient): Promise<true> =>
  eventually(
    'everything is folded',
    async () => {
      const { partitions } = await client.call(OperationsServiceService.listPartitions, {});
      return partitions.every(
        ({ streams, openEffects }) =>
          openEffects === 0 && streams.length > 0 && streams.every(({ lagMessages, watermark }) => lagMessages === 0 || watermark === 0),
      )
        ? true
        : undefined;
    },
    SETTLED_MS_MAX,
  );

/** What of a pool does not change with the second in which it is asked. */
const factsOf = ({ poolId, balance, active, held, memberCount, holdCount, credited, nodeIds }: Pool): unknown => ({
  poolId,
  balance,
  active,
  held,
  memberCount,
  holdCount,
  credited,
  nodeIds: [...nodeIds].sort(),
});

/** Every replica says of every pool what folding the log says, at one instant. */
export const requireAgreement = async (deployment: TestDeployment, clients: readonly ServiceClient[], at: number): Promise<void> => {
  const logs = await logsOf(deployment);
  expect(logs.size).toBeGreaterThan(0);
  for (const [poolId, log] of logs) {
    const pool = log.at(-1)?.states.at(-1);
    if (pool === undefined) throw new Error(`pool ${poolId} has no events`);
    const expected = settledAt(pool, at);
    for (const client of clients) {
      // Until the leases of replicas that died have expired, documents answer, and say so.
      const answer = await eventually('an answer of the owner', async () => {
        const told = await client.call(PoolsServiceService.getPool, { poolId, settledAt: at, withWorkloadIds: true, minPosition: '' });
        return told.freshness?.stale === false ? told : undefined;
      });
      expect(factsOf(answer.pool as Pool)).toEqual({
        poolId,
        balance: amounts(expected.balance),
        active: amounts(pool.rates),
        held: amounts(pool.heldRates),
        memberCount: pool.members.size,
        holdCount: pool.holds.size,
        credited: amounts(pool.credited),
        nodeIds: [...pool.nodeIds],
      });
      expect(answer.pool?.activeWorkloadIds).toEqual(pool.members.keys());
    }
  }
};

const amounts = ([cu, su, ipv4u]: readonly [unknown, unknown, unknown]): unknown => ({
  cu: String(cu),
  su: String(su),
  ipv4u: String(ipv4u),
});
