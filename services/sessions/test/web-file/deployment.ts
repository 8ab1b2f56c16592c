import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Subjects } from '@drawdown/eventlog';
import { createIssuer } from '@drawdown/grpc';
import { connectForTest, destroyForTest, provisionForTest, testPrefix } from '@drawdown/testing';
import { jetstream } from '@nats-io/jetstream';
import { headers as newHeaders, type NatsConnection } from '@nats-io/transport-node';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import type { HitsOutgoing } from '../../src/adapters/jetstream/hit-envelopes.js';
import { Client } from '../api/client.js';

const PROGRAM = fileURLToPath(new URL('../../dist/sessions/src/main.js', import.meta.url));
const TOKEN_SECONDS = 600;
export const NAMESPACE = 'acme';

/** The service as a process of its own, run from the build, on streams, a database and keys of its own. */
export class Deployment {
  readonly subjects: Subjects;

  private constructor(
    readonly prefix: string,
    private readonly nats: NatsConnection,
    private readonly folder: string,
    private readonly service: ChildProcess,
    readonly client: Client,
  ) {
    this.subjects = new Subjects(prefix);
  }

  static async start(settings: Readonly<Record<string, string>>): Promise<Deployment> {
    if (!existsSync(PROGRAM)) throw new Error('the service is not built: run "npm run build", or the tests through "npm test"');
    const prefix = testPrefix();
    const nats = await connectForTest();
    await provisionForTest(nats, { prefix });
    const folder = await mkdtemp(join(tmpdir(), 'drawdown-web-file-'));
    const issuer = await createIssuer('test');
    await writeFile(join(folder, 'jwks.json'), JSON.stringify(issuer.keySet));
    const token = await issuer.issue({ namespace: NAMESPACE, roles: ['operator'], lifetimeSeconds: TOKEN_SECONDS });
    const service = spawn(process.execPath, [PROGRAM], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        // The environment of jest (its module flags) is not the service's.
        NODE_OPTIONS: '',
        DRAWDOWN_ENVIRONMENT: 'development',
        DRAWDOWN_PREFIX: prefix,
        DRAWDOWN_MONGODB_DATABASE: prefix,
        DRAWDOWN_REDIS_KEY_PREFIX: prefix,
        DRAWDOWN_GRPC_HOST: '127.0.0.1',
        DRAWDOWN_GRPC_PORT: '0',
        DRAWDOWN_JWKS_FILE: join(folder, 'jwks.json'),
        ...settings,
      },
    });
    const address = `127.0.0.1:${String(await portOf(service))}`;
    return new Deployment(prefix, nats, folder, service, new Client(address, token));
  }

  async publish(messages: readonly HitsOutgoing[]): Promise<void> {
    const publisher = jetstream(this.nats);
    await Promise.all(
      messages.map(message => {
        const headers = newHeaders();
        for (const [name, value] of message.headers) headers.set(name, value);
        return publisher.publish(message.subject, message.data, { headers });
      }),
    );
  }

  async stop(): Promise<void> {
    this.client.close();
    const gone = new Promise(resolve => this.service.once('exit', resolve));
    this.service.kill('SIGTERM');
    await gone;
    await destroyForTest(this.nats, { prefix: this.prefix });
    await this.nats.close();
    await removeKeys(this.prefix);
    const mongo = await MongoClient.connect(process.env['DRAWDOWN_MONGODB_URL'] ?? '');
    await mongo.db(this.prefix).dropDatabase();
    await mongo.close();
    await rm(this.folder, { recursive: true });
  }
}

const removeKeys = async (prefix: string): Promise<void> => {
  const redis = new Redis(process.env['DRAWDOWN_REDIS_URL'] ?? '');
  for await (const keys of redis.scanStream({ match: `${prefix}:*`, count: 1_000 })) {
    const found = keys as string[];
    if (found.length > 0) await redis.unlink(...found);
  }
  redis.disconnect();
};

/** The log says on which port it serves; a service that ends before that fails the test. */
const portOf = async (service: ChildProcess): Promise<number> => {
  if (service.stdout === null) throw new Error('the service has no output');
  const said: string[] = [];
  for await (const line of createInterface({ input: service.stdout })) {
    said.push(line);
    const { message, port } = JSON.parse(line) as { readonly message?: string; readonly port?: number };
    if (message !== 'serving' || port === undefined) continue;
    service.stdout.resume();
    return port;
  }
  throw new Error(`the service ended before it served:\n${said.join('\n')}`);
};
