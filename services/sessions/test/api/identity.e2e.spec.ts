import { status } from '@grpc/grpc-js';
import { identityMatrix, unacceptableTokens } from '@drawdown/grpc';
import { HitsServiceService, OperationsServiceService, PropertiesServiceService, SessionsServiceService } from '@drawdown/proto/sessions';
import { World, type Replica } from './world.js';

const SERVICES = [PropertiesServiceService, HitsServiceService, SessionsServiceService, OperationsServiceService];

const RPCS = SERVICES.reduce((sum, service) => sum + Object.keys(service).length, 0);

describe('identity', () => {
  let world: World;
  let replica: Replica;
  beforeAll(async () => {
    world = await World.create();
    replica = await world.start();
  });
  afterAll(() => world.end());

  it('lets no unacceptable token reach any RPC', async () => {
    const tokens = await unacceptableTokens(world.issuer);
    const outcomes = await identityMatrix(replica.address, SERVICES, tokens);
    expect(outcomes.length).toBe(RPCS * tokens.size);
    expect(outcomes.filter(({ code, reason }) => code !== status.UNAUTHENTICATED || !reason.startsWith('TOKEN_'))).toEqual([]);
  });

  it('opens every operation to operators only, and the rest to everybody with a token', async () => {
    const tokens = new Map([['no operator', await world.token('acme', ['reader'])]]);
    const rpcs = SERVICES.map(service => Object.fromEntries(Object.entries(service).filter(([name]) => name !== 'watchSessions')));
    const outcomes = await identityMatrix(replica.address, rpcs, tokens);
    const denied = outcomes.filter(({ code, reason }) => code === status.PERMISSION_DENIED && reason === 'ROLE_MISSING');
    expect(denied.map(({ rpc }) => rpc)).toEqual(Object.values(OperationsServiceService).map(({ path }) => path));
    expect(outcomes.filter(({ code }) => code === status.UNAUTHENTICATED || code === status.UNIMPLEMENTED)).toEqual([]);
  });
});
