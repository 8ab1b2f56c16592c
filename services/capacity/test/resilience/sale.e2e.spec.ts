import type { ServiceClient, ServiceProcess, TestDeployment } from '@drawdown/testing';
import { deployCapacity } from './deployment.js';
import { World } from './world.js';

describe('one replica', () => {
  let deployment: TestDeployment;
  let replica: ServiceProcess;
  let client: ServiceClient;

  beforeAll(async () => {
    deployment = await deployCapacity();
    replica = await deployment.start();
    client = await deployment.clientOf(replica, 'acme', ['operator']);
  });
  afterAll(() => deployment.close());

  it('sells a pool, drains it, and gives back what a workload has not used', async () => {
    const world = new World(() => client);
    await world.prepare();
    const { poolId } = await world.buy(0, 3_600);
    await world.activate(poolId, 101, 500);
    const position = await world.release(poolId, 101);
    const pool = await world.pool(poolId, position);
    expect(pool).toMatchObject({ poolId, credited: { cu: '3600000' } });
  });
});
