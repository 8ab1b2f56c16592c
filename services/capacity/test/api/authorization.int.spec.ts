import type { EdgeClient } from './edge-client.js';
import { EdgeWorld } from './edge-world.js';
import { EVERY_RPC, OWNER, wholeRequest, type EveryRpc } from './every-rpc.js';
import { givenPools } from './given.js';

const ROLES = ['viewer', 'payer', 'deployer', 'operator'] as const;

/** Why an edge turns somebody away. */
const isTurnedAway = ({ code, reason }: { readonly code: string; readonly reason: string }): boolean =>
  code === 'PERMISSION_DENIED' && reason === 'ROLE_MISSING';

describe('who may do what (capacity §6.2, §15.11)', () => {
  let world: EdgeWorld;
  const clients = new Map<string, EdgeClient>();

  beforeAll(async () => {
    world = await EdgeWorld.create();
    await givenPools(world.calls);
    for (const role of ROLES) clients.set(role, await world.client('acme', [role]));
    clients.set('the owner', await world.client('acme', [], String(OWNER)));
    clients.set('another party', await world.client('acme', [], '12'));
    clients.set('somebody', await world.client('acme', ['capacity.backdate']));
  });
  afterAll(() => world.end());

  const mayBe = ({ roles, besides }: EveryRpc, who: string): boolean => {
    if (besides === 'everybody' || roles.includes(who)) return true;
    return besides === 'the owner' && who === 'the owner';
  };

  it.each(EVERY_RPC)('$name', async rpc => {
    const outcomes = await Promise.all(
      [...clients].map(async ([who, client]) => [who, !isTurnedAway(await client.call(rpc.method, rpc.request()))] as const),
    );
    expect(Object.fromEntries(outcomes)).toEqual(Object.fromEntries([...clients.keys()].map(who => [who, mayBe(rpc, who)])));
  });

  it('lets nobody say that something happened earlier without the right to, operators included', async () => {
    // A report of a stream is refused in its answer.
    for (const rpc of EVERY_RPC.filter(({ method }) => !method.requestStream)) {
      const request = rpc.request();
      if (!('at' in wholeRequest(rpc.method, { ...request, at: 1 })) || !('requestId' in request)) continue;
      const outcome = await clients.get('operator')?.call(rpc.method, wholeRequest(rpc.method, { ...request, at: 1 }));
      expect([rpc.name, outcome?.reason, outcome?.metadata['roles']]).toEqual([rpc.name, 'ROLE_MISSING', 'capacity.backdate']);
    }
  });
});
