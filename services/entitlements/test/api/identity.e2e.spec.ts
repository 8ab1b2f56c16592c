import { Client as Channel, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { identityMatrix, unacceptableTokens } from '@drawdown/grpc';
import {
  AccessServiceService,
  BalancesServiceService,
  CatalogServiceService,
  EntitlementsServiceService,
  GrantsServiceService,
  OperationsServiceService,
  UsageServiceService,
} from '@drawdown/proto';
import { World, type Replica } from './world.js';

const SERVICES = [
  AccessServiceService,
  BalancesServiceService,
  CatalogServiceService,
  EntitlementsServiceService,
  GrantsServiceService,
  OperationsServiceService,
  UsageServiceService,
];
const REFLECTION = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
const RPCS = SERVICES.reduce((sum, service) => sum + Object.keys(service).length, 0);

describe('identity', () => {
  let world: World;
  let replica: Replica;
  beforeAll(async () => {
    ({ world, replica } = await World.withReplica());
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
    const outcomes = await identityMatrix(replica.address, SERVICES, tokens);
    const denied = outcomes.filter(({ code, reason }) => code === status.PERMISSION_DENIED && reason === 'ROLE_MISSING');
    expect(denied.map(({ rpc }) => rpc)).toEqual(Object.values(OperationsServiceService).map(({ path }) => path));
    expect(outcomes.filter(({ code }) => code === status.UNAUTHENTICATED)).toEqual([]);
  });
});

describe('reflection', () => {
  it.each([
    ['development', true],
    ['production', false],
  ] as const)('in %s is answered: %s', async (environment, isAnswered) => {
    const { world, replica } = await World.withReplica({ environment });
    const channel = new Channel(replica.address, credentials.createInsecure());
    try {
      // Field 7 of a request: list the services.
      const code = await new Promise<status>(resolve => {
        const stream = channel.makeBidiStreamRequest(REFLECTION, asIs, asIs);
        stream.on('data', () => {
          resolve(status.OK);
          stream.cancel();
        });
        stream.on('error', (error: ServiceError) => resolve(error.code));
        stream.write(Buffer.from([0x3a, 0x00]));
      });
      expect(code).toBe(isAnswered ? status.OK : status.UNIMPLEMENTED);
    } finally {
      channel.close();
      await world.end();
    }
  });
});

const asIs = (bytes: Buffer): Buffer => bytes;
