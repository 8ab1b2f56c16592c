import { status } from '@grpc/grpc-js';
import { identityMatrix, unacceptableTokens } from '@drawdown/grpc';
import { EdgeWorld, SERVICES } from './edge-world.js';

const RPCS = SERVICES.reduce((sum, service) => sum + Object.keys(service).length, 0);

describe('identity', () => {
  let world: EdgeWorld;
  beforeAll(async () => {
    world = await EdgeWorld.create();
  });
  afterAll(() => world.end());

  it('lets no unacceptable token reach any RPC', async () => {
    const tokens = await unacceptableTokens(world.issuer);
    const outcomes = await identityMatrix(world.address, SERVICES, tokens);
    expect(outcomes.length).toBe(RPCS * tokens.size);
    expect(outcomes.filter(({ code, reason }) => code !== status.UNAUTHENTICATED || !reason.startsWith('TOKEN_'))).toEqual([]);
  });

  it('serves every RPC of the contract', async () => {
    const tokens = new Map([['an operator', await world.token('acme', ['operator'])]]);
    // Reports have no end of their own.
    const services = SERVICES.map(service => Object.fromEntries(Object.entries(service).filter(([name]) => name !== 'streamReports')));
    const outcomes = await identityMatrix(world.address, services, tokens);
    const unserved = outcomes.filter(({ code }) => code === status.UNIMPLEMENTED || code === status.UNAUTHENTICATED);
    expect(unserved).toEqual([]);
  });
});
