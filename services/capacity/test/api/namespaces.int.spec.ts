import type { EdgeClient } from './edge-client.js';
import { EdgeWorld } from './edge-world.js';
import { EVERY_RPC, OWNER } from './every-rpc.js';
import { givenPools } from './given.js';

/** What is told of something that is not there: code, reason and details, all of it. */
const told = async (client: EdgeClient, rpc: (typeof EVERY_RPC)[number]): Promise<object> => {
  const { code, reason, metadata } = await client.call(rpc.method, rpc.request());
  return { code, reason, metadata };
};

describe('namespaces (capacity §13.1)', () => {
  let full: EdgeWorld;
  let empty: EdgeWorld;
  beforeAll(async () => {
    [full, empty] = await Promise.all([EdgeWorld.create(), EdgeWorld.create()]);
    await givenPools(full.calls);
  });
  afterAll(() => Promise.all([full.end(), empty.end()]));

  it.each(EVERY_RPC.filter(({ foreign }) => foreign !== undefined))('$name tells a foreign thing from none by nothing', async rpc => {
    const roles = ['operator'];
    const ofForeign = await told(await full.client('globex', roles, String(OWNER)), rpc);
    const ofNothing = await told(await empty.client('globex', roles, String(OWNER)), rpc);
    expect(ofForeign).toEqual(ofNothing);
    expect(ofForeign).toMatchObject({ reason: rpc.foreign });
  });
});
