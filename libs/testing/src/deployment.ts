import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Subjects, type DeploymentOptions, type Incarnations, type StreamKey } from '@drawdown/eventlog';
import { createIssuer, type Issuer } from '@drawdown/grpc';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { MongoClient, type Db } from 'mongodb';
import { connectForTest, destroyForTest, provisionForTest, testPrefix } from './nats.js';
import { ServiceClient } from './service-client.js';
import { ServiceProcess } from './service-process.js';

/** So short that a take-over is waited for, and long enough for a busy machine to renew in time. */
const LEASE_TTL_MS = 1_500;
const DRAIN_MS = 2_000;
const TOKEN_SECONDS = 3_600;
const MONGODB_SELECT_MS = 5_000;

/** The service whose replicas a deployment runs. */
export interface TestedService {
  /** Path of its built `main.js`. */
  readonly program: string;
  /** Those that it reads and writes. */
  readonly streams: readonly StreamKey[];
  /** What this service is told beyond what all are told; a replica's own environment wins. */
  readonly environment?: (prefix: string) => Readonly<Record<string, string>>;
  /** Removes what a deployment leaves outside the servers that all services share. */
  readonly cleanUp?: (prefix: string) => Promise<void>;
}

export interface TestDeploymentOptions {
  /** @default the server of `DRAWDOWN_NATS_URL` */
  readonly natsUrl?: string;
  /** What the services are told; the test itself goes to the server directly. @default `DRAWDOWN_MONGODB_URL` */
  readonly mongodbUrl?: string;
  readonly leaseTtlMs?: number;
}

export interface ReplicaOptions {
  /** @default `replica-<n>` */
  readonly name?: string;
  /** @default the deployment's; another one is folded from the same streams */
  readonly database?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Streams under a prefix of their own, a database of their own, a key to sign tokens with, and the replicas that a test starts. */
export class TestDeployment {
  readonly subjects: Subjects;
  readonly #replicas: ServiceProcess[] = [];
  readonly #clients: ServiceClient[] = [];
  readonly #databases = new Set<string>();

  private constructor(
    readonly prefix: string,
    readonly nats: NatsConnection,
    readonly incarnations: Incarnations,
    private readonly mongo: MongoClient,
    private readonly issuer: Issuer,
    private readonly folder: string,
    private readonly service: TestedService,
    private readonly options: TestDeploymentOptions,
  ) {
    this.subjects = new Subjects(prefix);
  }

  static async create(service: TestedService, options: TestDeploymentOptions = {}): Promise<TestDeployment> {
    const prefix = testPrefix();
    const mongo = await MongoClient.connect(mongodbUrl(), { serverSelectionTimeoutMS: MONGODB_SELECT_MS });
    const nats =
      options.natsUrl === undefined ? await connectForTest() : await connect({ servers: options.natsUrl, maxReconnectAttempts: -1 });
    const incarnations = await provisionForTest(nats, provisioning(prefix, service, options));
    const issuer = await createIssuer('test');
    const folder = await mkdtemp(join(tmpdir(), 'drawdown-test-'));
    await writeFile(join(folder, 'jwks.json'), JSON.stringify(issuer.keySet));
    return new TestDeployment(prefix, nats, incarnations, mongo, issuer, folder, service, options);
  }

  /** The database of the replicas, or another one of this deployment's by its name. */
  database(name = this.prefix): Db {
    this.#databases.add(name);
    return this.mongo.db(name);
  }

  /** A replica that is being started; `serving()` says when it answers. */
  spawn(options: ReplicaOptions = {}): ServiceProcess {
    const database = options.database ?? this.prefix;
    this.#databases.add(database);
    const name = options.name ?? `replica-${this.#replicas.length + 1}`;
    const replica = ServiceProcess.spawn(this.service.program, name, {
      DRAWDOWN_ENVIRONMENT: 'production',
      DRAWDOWN_NATS_URL: this.options.natsUrl ?? required('DRAWDOWN_NATS_URL'),
      DRAWDOWN_MONGODB_URL: this.options.mongodbUrl ?? mongodbUrl(),
      DRAWDOWN_MONGODB_DATABASE: database,
      DRAWDOWN_PREFIX: this.prefix,
      DRAWDOWN_REPLICA: name,
      DRAWDOWN_LEASE_TTL_MS: String(this.leaseTtlMs),
      DRAWDOWN_DRAIN_MS: String(DRAIN_MS),
      DRAWDOWN_GRPC_HOST: '127.0.0.1',
      DRAWDOWN_GRPC_PORT: '0',
      DRAWDOWN_JWKS_FILE: join(this.folder, 'jwks.json'),
      ...this.service.environment?.(this.prefix),
      ...options.environment,
    });
    this.#replicas.push(replica);
    return replica;
  }

  /** A replica that serves. */
  async start(options: ReplicaOptions = {}): Promise<ServiceProcess> {
    const replica = this.spawn(options);
    await replica.serving();
    return replica;
  }

  get leaseTtlMs(): number {
    return this.options.leaseTtlMs ?? LEASE_TTL_MS;
  }

  token(namespace: string, roles: readonly string[] = ['operator']): Promise<string> {
    return this.issuer.issue({ namespace, roles, lifetimeSeconds: TOKEN_SECONDS });
  }

  /** Signs whatever a test wants to see refused. */
  get signer(): Issuer {
    return this.issuer;
  }

  async clientOf(replica: ServiceProcess, namespace: string, roles?: readonly string[]): Promise<ServiceClient> {
    const client = new ServiceClient(replica.address, await this.token(namespace, roles));
    this.#clients.push(client);
    return client;
  }

  /** Ends everything that was started and removes everything that was made. */
  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    await Promise.all(this.#replicas.map(replica => replica.kill()));
    await destroyForTest(this.nats, provisioning(this.prefix, this.service, this.options));
    await this.nats.close();
    await this.service.cleanUp?.(this.prefix);
    for (const name of this.#databases) await this.mongo.db(name).dropDatabase();
    await this.mongo.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

const provisioning = (
  prefix: string,
  { streams }: TestedService,
  { leaseTtlMs = LEASE_TTL_MS }: TestDeploymentOptions,
): DeploymentOptions => ({ prefix, streams, leaseTtlMs });

const required = (variable: 'DRAWDOWN_NATS_URL' | 'DRAWDOWN_MONGODB_URL'): string => {
  const value = process.env[variable];
  if (value === undefined || value === '') {
    throw new Error(`${variable} is not set: run the tests with "npm test", which starts the servers and sets it`);
  }
  return value;
};

/** The server of the tests. */
export const mongodbUrl = (): string => required('DRAWDOWN_MONGODB_URL');
