import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Subjects } from '@drawdown/eventlog';
import { createIssuer } from '@drawdown/grpc';
import { SERVICES } from '../../src/client/context.js';
import { connectForTest, destroyForTest, provisionForTest, testPrefix } from '@drawdown/testing';
import type { NatsConnection } from '@nats-io/transport-node';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';

export const REPOSITORY = resolve(import.meta.dirname, '../../..');
const mainOf = (service: string): string => join(REPOSITORY, 'services', service, 'dist', service, 'src/main.js');
/** As it is installed: what `npx drawdown` runs. */
const COMMAND_LINE = join(REPOSITORY, 'cli/bin/drawdown.mjs');

const NAMESPACE = 'demo';
const TOKEN_SECONDS = 600;
const COMMAND_MS_MAX = 30_000;

/** What a command of the shell left behind. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The services as processes, on streams, a database and keys of their own, with the command line pointed to them. */
export class TestService {
  readonly namespace = NAMESPACE;
  readonly subjects: Subjects;

  private constructor(
    readonly prefix: string,
    readonly nats: NatsConnection,
    /** Where commands run; a token lies in it. */
    readonly folder: string,
    private readonly entitlements: ServiceProcess,
    private readonly sessions: ServiceProcess,
    private readonly capacity: ServiceProcess,
  ) {
    this.subjects = new Subjects(prefix);
  }

  static async start(): Promise<TestService> {
    for (const file of [...SERVICES.map(mainOf), join(REPOSITORY, 'cli/dist/src/main.js')]) {
      await access(file).catch(() => {
        throw new Error(`${file} is not built: run \`npm run build\` first (npm test does it by itself).`);
      });
    }
    const prefix = testPrefix();
    const nats = await connectForTest();
    await provisionForTest(nats, { prefix });
    const folder = await mkdtemp(join(tmpdir(), 'drawdown-cli-'));
    const issuer = await createIssuer('test');
    await writeFile(join(folder, 'jwks.json'), JSON.stringify(issuer.keySet));
    await writeFile(
      join(folder, 'token'),
      await issuer.issue({ namespace: NAMESPACE, roles: ['operator', 'capacity.backdate'], lifetimeSeconds: TOKEN_SECONDS }),
    );
    const environment = {
      ...process.env,
      DRAWDOWN_ENVIRONMENT: 'development',
      DRAWDOWN_MONGODB_DATABASE: prefix,
      DRAWDOWN_REDIS_KEY_PREFIX: prefix,
      DRAWDOWN_PREFIX: prefix,
      DRAWDOWN_GRPC_HOST: '127.0.0.1',
      DRAWDOWN_GRPC_PORT: '0',
      DRAWDOWN_JWKS_FILE: join(folder, 'jwks.json'),
    };
    const [entitlements, sessions, capacity] = await Promise.all([
      startService('entitlements', environment),
      startService('sessions', environment),
      startService('capacity', environment),
    ]);
    return new TestService(prefix, nats, folder, entitlements, sessions, capacity);
  }

  /** Runs a line of shell in the folder; `npx drawdown` in it means the command line of this repository. */
  run(line: string): Promise<Ran> {
    const command = line.replaceAll('npx drawdown', `"${process.execPath}" "${COMMAND_LINE}"`);
    const options = {
      cwd: this.folder,
      timeout: COMMAND_MS_MAX,
      env: {
        ...process.env,
        DRAWDOWN_ENTITLEMENTS_ADDRESS: this.entitlements.address,
        DRAWDOWN_SESSIONS_ADDRESS: this.sessions.address,
        DRAWDOWN_CAPACITY_ADDRESS: this.capacity.address,
        DRAWDOWN_TOKEN_FILE: join(this.folder, 'token'),
      },
    };
    return new Promise(settle => {
      execFile('/bin/sh', ['-c', command], options, (error, stdout, stderr) => {
        settle({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
      });
    });
  }

  /** The JSON documents that a command wrote. @throws when it failed */
  async json(words: string): Promise<Readonly<Record<string, unknown>>[]> {
    const { code, stdout, stderr } = await this.run(`npx drawdown --json ${words}`);
    if (code !== 0) throw new Error(`drawdown ${words} ended with ${String(code)}: ${stderr}`);
    const lines = stdout.split('\n').filter(line => line !== '');
    return lines.map(line => JSON.parse(line) as Readonly<Record<string, unknown>>);
  }

  async stop(): Promise<void> {
    await Promise.all([this.entitlements, this.sessions, this.capacity].map(stopService));
    await destroyForTest(this.nats, { prefix: this.prefix });
    await this.nats.close();
    const mongo = await MongoClient.connect(process.env['DRAWDOWN_MONGODB_URL'] ?? '');
    await mongo.db(this.prefix).dropDatabase();
    await mongo.close();
    await removeKeys(this.prefix);
    await rm(this.folder, { recursive: true });
  }
}

interface ServiceProcess {
  readonly process: ChildProcess;
  readonly address: string;
}

const startService = async (name: string, environment: NodeJS.ProcessEnv): Promise<ServiceProcess> => {
  const service = spawn(process.execPath, [mainOf(name)], { stdio: ['ignore', 'pipe', 'inherit'], env: environment });
  return { process: service, address: `127.0.0.1:${String(await portOf(service))}` };
};

const stopService = async ({ process: service }: ServiceProcess): Promise<void> => {
  const gone = new Promise(settle => service.once('exit', settle));
  service.kill('SIGTERM');
  await gone;
};

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
