import {
  createGrpcServer,
  createIssuer,
  Identity,
  keysFromSet,
  type GrpcServer,
  type Issuer,
  type ServiceDefinitions,
} from '@drawdown/grpc';
import {
  DirectoryServiceService,
  OperationsServiceService,
  PoolCommandsServiceService,
  PoolsServiceService,
  ReservationsServiceService,
  WorkloadsServiceService,
} from '@drawdown/proto/capacity';
import { JsonLogger } from '@drawdown/telemetry';
import { CapacityModule } from '../../src/adapters/grpc/capacity.module.js';
import { OWN_CODES } from '../../src/adapters/grpc/error-codes.js';
import { EdgeClient } from './edge-client.js';
import { MemoryCalls } from './memory-calls.js';
import { nothingBehind } from './nothing-behind.js';

export const SERVICES: readonly ServiceDefinitions[] = [
  DirectoryServiceService,
  OperationsServiceService,
  PoolCommandsServiceService,
  PoolsServiceService,
  ReservationsServiceService,
  WorkloadsServiceService,
];

const TOKEN_SECONDS = 3_600;
const MS_PER_SECOND = 1_000;

/** The edge of the service alone: real calls over a real server, and aggregates in memory. */
export class EdgeWorld {
  readonly calls = new MemoryCalls();
  readonly #clients: EdgeClient[] = [];

  private constructor(
    readonly issuer: Issuer,
    private readonly server: GrpcServer,
    calls: MemoryCalls,
    readonly address: string,
  ) {
    this.calls = calls;
  }

  static async create(): Promise<EdgeWorld> {
    const issuer = await createIssuer('tests');
    const calls = new MemoryCalls();
    const nowSeconds = (): number => Math.floor(Date.now() / MS_PER_SECOND);
    const server = await createGrpcServer(CapacityModule.with({ ...nothingBehind, calls, nowSeconds }), {
      host: '127.0.0.1',
      port: 0,
      services: SERVICES,
      identity: new Identity({ keys: keysFromSet(issuer.keySet) }),
      logger: new JsonLogger({ service: 'capacity', level: 'fatal' }),
      codes: OWN_CODES,
    });
    const port = await server.listen();
    server.setStatus('SERVING');
    return new EdgeWorld(issuer, server, calls, `127.0.0.1:${port}`);
  }

  token(namespace: string, roles: readonly string[], subject = 'somebody'): Promise<string> {
    return this.issuer.issue({ namespace, roles, subject, lifetimeSeconds: TOKEN_SECONDS });
  }

  async client(namespace: string, roles: readonly string[], subject?: string): Promise<EdgeClient> {
    const client = new EdgeClient(this.address, await this.token(namespace, roles, subject));
    this.#clients.push(client);
    return client;
  }

  async end(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.server.drain(0);
  }
}
