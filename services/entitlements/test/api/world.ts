import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfiguration } from '@drawdown/config';
import { provision, streamTable, bucketNames, Subjects } from '@drawdown/eventlog';
import { createIssuer, type Issuer } from '@drawdown/grpc';
import { JsonLogger } from '@drawdown/telemetry';
import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { MongoClient, type Db } from 'mongodb';
import { EntitlementsConfiguration, startEntitlements, type RunningService } from '../../src/index.js';
import { Client } from './client.js';

/** Replicas notice each other's end within a test's patience. */
const LEASE_TTL_MS = 3_000;
const TOKEN_SECONDS = 3_600;
/** How often at most a lost race of a clean-up with a connection that closes is tried again. */
const REMOVE_ATTEMPTS_MAX = 3;

const required = (variable: string): string => {
  const value = process.env[variable];
  if (value === undefined || value === '') throw new Error(`${variable} is not set: start the servers with \`npm test\``);
  return value;
};

export interface ReplicaOptions {
  readonly environment?: 'production' | 'development';
}

/** A replica in this process and a client that calls it. */
export interface Replica {
  readonly address: string;
  readonly service: RunningService;
  readonly client: Client;
}

/** One deployment of its own: streams, database, identity, and as many replicas as a test starts. Everything real, nothing shared. */
export class World {
  readonly #replicas = new Set<RunningService>();
  readonly #clients: Client[] = [];

  private constructor(
    readonly prefix: string,
    readonly folder: string,
    readonly issuer: Issuer,
    readonly nats: NatsConnection,
    readonly manager: JetStreamManager,
    readonly jetstream: JetStreamClient,
    readonly mongo: MongoClient,
  ) {}

  static async create(): Promise<World> {
    const prefix = `api${randomBytes(5).toString('hex')}`;
    const nats = await connect({ servers: required('DRAWDOWN_NATS_URL') });
    await provision(nats, { prefix, replicas: 1, leaseTtlMs: LEASE_TTL_MS });
    const folder = await mkdtemp(join(tmpdir(), 'drawdown-api-'));
    const issuer = await createIssuer('tests');
    await writeFile(join(folder, 'jwks.json'), JSON.stringify(issuer.keySet));
    const mongo = await new MongoClient(required('DRAWDOWN_MONGODB_URL')).connect();
    return new World(prefix, folder, issuer, nats, await jetstreamManager(nats), jetstream(nats), mongo);
  }

  /** A world with one replica, for most tests. */
  static async withReplica(options?: ReplicaOptions): Promise<{ readonly world: World; readonly replica: Replica }> {
    const world = await World.create();
    return { world, replica: await world.start(options) };
  }

  get subjects(): Subjects {
    return new Subjects(this.prefix);
  }

  get db(): Db {
    return this.mongo.db(this.prefix);
  }

  /** A token of the namespace with all roles unless others are said. */
  token(namespace = 'acme', roles: readonly string[] = ['operator']): Promise<string> {
    return this.issuer.issue({ namespace, roles, lifetimeSeconds: TOKEN_SECONDS });
  }

  async start({ environment = 'production' }: ReplicaOptions = {}): Promise<Replica> {
    const configuration = loadConfiguration(EntitlementsConfiguration, {
      DRAWDOWN_ENVIRONMENT: environment,
      DRAWDOWN_NATS_URL: required('DRAWDOWN_NATS_URL'),
      DRAWDOWN_MONGODB_URL: required('DRAWDOWN_MONGODB_URL'),
      DRAWDOWN_MONGODB_DATABASE: this.prefix,
      DRAWDOWN_PREFIX: this.prefix,
      DRAWDOWN_GRPC_HOST: '127.0.0.1',
      DRAWDOWN_GRPC_PORT: '0',
      DRAWDOWN_JWKS_FILE: join(this.folder, 'jwks.json'),
      DRAWDOWN_REPLICA: `replica-${randomBytes(4).toString('hex')}`,
      DRAWDOWN_LEASE_TTL_MS: String(LEASE_TTL_MS),
      DRAWDOWN_DRAIN_MS: '1000',
    });
    const service = await startEntitlements(configuration, new JsonLogger({ service: 'entitlements', level: 'fatal' }));
    this.#replicas.add(service);
    const address = `127.0.0.1:${service.port}`;
    return { address, service, client: this.clientOf(address, await this.token()) };
  }

  clientOf(address: string, token: string): Client {
    const client = new Client(address, token);
    this.#clients.push(client);
    return client;
  }

  async stop({ service }: Replica): Promise<void> {
    this.#replicas.delete(service);
    await service.stop();
  }

  /** Ends the replicas and leaves nothing behind on the servers. */
  async end(): Promise<void> {
    for (const client of this.#clients) client.close();
    await Promise.all([...this.#replicas].map(service => service.stop()));
    const buckets = Object.values(bucketNames(this.prefix)).map(bucket => `KV_${bucket}`);
    const streams = Object.values(streamTable(this.prefix)).map(({ name }) => name);
    for (const name of [...streams, ...buckets]) await this.manager.streams.delete(name).catch(() => false);
    await this.#dropDatabase();
    await Promise.all([this.mongo.close(), this.nats.close(), rm(this.folder, { recursive: true })]);
  }

  async #dropDatabase(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.db.dropDatabase();
        return;
      } catch (error) {
        if (attempt === REMOVE_ATTEMPTS_MAX) throw error;
      }
    }
  }
}
