import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfiguration } from '@drawdown/config';
import { bucketNames, provision, streamTable, SubjectReader, Subjects, type StreamKey } from '@drawdown/eventlog';
import { createIssuer, type Issuer } from '@drawdown/grpc';
import { JsonLogger } from '@drawdown/telemetry';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { Redis } from 'ioredis';
import { MongoClient, type Db } from 'mongodb';
import { SessionsConfiguration } from '../../src/configuration.js';
import { startSessions, type RunningService } from '../../src/start.js';
import { Client } from './client.js';

/** As in production: nobody is killed here, and a process that waits for a busy machine keeps its partitions. */
const LEASE_TTL_MS = 15_000;
const TOKEN_SECONDS = 3_600;
const KEYS_PER_SCAN = 1_000;

const required = (variable: string): string => {
  const value = process.env[variable];
  if (value === undefined || value === '') throw new Error(`${variable} is not set: start the servers with \`npm test\``);
  return value;
};

/** A replica in this process and a client that calls it. */
export interface Replica {
  readonly address: string;
  readonly service: RunningService;
  readonly client: Client;
}

/** One deployment of its own: streams, keys, database, identity, and as many replicas as a test starts. Everything real, nothing shared. */
export class World {
  readonly #replicas = new Set<RunningService>();
  readonly #clients: Client[] = [];

  private constructor(
    readonly prefix: string,
    readonly folder: string,
    readonly issuer: Issuer,
    readonly nats: NatsConnection,
    readonly manager: JetStreamManager,
    readonly mongo: MongoClient,
    readonly redis: Redis,
  ) {}

  static async create(): Promise<World> {
    const prefix = `api${randomBytes(5).toString('hex')}`;
    const nats = await connect({ servers: required('DRAWDOWN_NATS_URL') });
    await provision(nats, { prefix, replicas: 1, leaseTtlMs: LEASE_TTL_MS });
    const folder = await mkdtemp(join(tmpdir(), 'drawdown-api-'));
    const issuer = await createIssuer('tests');
    await writeFile(join(folder, 'jwks.json'), JSON.stringify(issuer.keySet));
    const mongo = await new MongoClient(required('DRAWDOWN_MONGODB_URL')).connect();
    return new World(prefix, folder, issuer, nats, await jetstreamManager(nats), mongo, new Redis(required('DRAWDOWN_REDIS_URL')));
  }

  get subjects(): Subjects {
    return new Subjects(this.prefix);
  }

  get db(): Db {
    return this.mongo.db(this.prefix);
  }

  readerOf(stream: StreamKey): SubjectReader {
    return new SubjectReader(this.manager, stream, streamTable(this.prefix)[stream].name);
  }

  /** A token of the namespace with all roles unless others are said. */
  token(namespace = 'acme', roles: readonly string[] = ['operator']): Promise<string> {
    return this.issuer.issue({ namespace, roles, lifetimeSeconds: TOKEN_SECONDS });
  }

  async start(settings: Readonly<Record<string, string>> = {}): Promise<Replica> {
    const configuration = loadConfiguration(SessionsConfiguration, {
      DRAWDOWN_ENVIRONMENT: 'production',
      DRAWDOWN_NATS_URL: required('DRAWDOWN_NATS_URL'),
      DRAWDOWN_MONGODB_URL: required('DRAWDOWN_MONGODB_URL'),
      DRAWDOWN_MONGODB_DATABASE: this.prefix,
      DRAWDOWN_REDIS_URL: required('DRAWDOWN_REDIS_URL'),
      DRAWDOWN_REDIS_KEY_PREFIX: this.prefix,
      DRAWDOWN_PREFIX: this.prefix,
      DRAWDOWN_GRPC_HOST: '127.0.0.1',
      DRAWDOWN_GRPC_PORT: '0',
      DRAWDOWN_JWKS_FILE: join(this.folder, 'jwks.json'),
      DRAWDOWN_REPLICA: `replica-${randomBytes(4).toString('hex')}`,
      DRAWDOWN_LEASE_TTL_MS: String(LEASE_TTL_MS),
      DRAWDOWN_DRAIN_MS: '1000',
      // Probes are nobody's business but their own tests'.
      DRAWDOWN_SESSIONS_PROBE_SECONDS: '3600',
      ...settings,
    });
    const service = await startSessions(configuration, new JsonLogger({ service: 'sessions', level: 'fatal' }));
    this.#replicas.add(service);
    const address = `127.0.0.1:${String(service.port)}`;
    return { address, service, client: this.clientOf(address, await this.token()) };
  }

  clientOf(address: string, token: string): Client {
    const client = new Client(address, token);
    this.#clients.push(client);
    return client;
  }

  /** Ends the replicas and leaves nothing behind on the servers. */
  async end(): Promise<void> {
    for (const client of this.#clients) client.close();
    await Promise.all([...this.#replicas].map(service => service.stop()));
    const buckets = Object.values(bucketNames(this.prefix)).map(bucket => `KV_${bucket}`);
    const streams = Object.values(streamTable(this.prefix)).map(({ name }) => name);
    for (const name of [...streams, ...buckets]) await this.manager.streams.delete(name).catch(() => false);
    await this.db.dropDatabase();
    await this.#dropKeys();
    await Promise.all([this.mongo.close(), this.nats.close(), this.redis.quit(), rm(this.folder, { recursive: true })]);
  }

  async #dropKeys(): Promise<void> {
    for await (const keys of this.redis.scanStream({ match: `${this.prefix}:*`, count: KEYS_PER_SCAN }) as AsyncIterable<string[]>) {
      if (keys.length > 0) await this.redis.unlink(...keys);
    }
  }
}
