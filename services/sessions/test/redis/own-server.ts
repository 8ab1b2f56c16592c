import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/** The program of the tests that break a server of their own; `redis-server` of the PATH unless it is named. */
const PROGRAM = process.env['DRAWDOWN_REDIS_PROGRAM'] ?? 'redis-server';
const READY_MS_MAX = 20_000;
const ASK_AGAIN_MS = 20;

const SETTINGS = ['--maxmemory', '256mb', '--maxmemory-policy', 'noeviction', '--save', ''];

/** A Redis that a test may stop, empty and misconfigure. Later settings win. */
export class OwnRedis {
  #process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly settings: readonly string[],
  ) {}

  static async start(...settings: readonly string[]): Promise<OwnRedis> {
    const folder = await mkdtemp(join(tmpdir(), 'drawdown-redis-'));
    // The bus of a cluster would lie 10,000 ports further: beyond the last one for some.
    const bus = settings.includes('--cluster-enabled') ? ['--cluster-port', String(await freePort())] : [];
    const server = new OwnRedis(await freePort(), folder, [...SETTINGS, ...bus, ...settings]);
    await server.startAgain();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${String(this.port)}`;
  }

  async startAgain(): Promise<void> {
    const words = ['--bind', '127.0.0.1', '--port', String(this.port), '--dir', this.folder, ...this.settings];
    const started = spawn(PROGRAM, words, { stdio: 'ignore' });
    this.#process = started;
    const failed = once(started, 'error').then(([cause]) => {
      throw new Error(`${PROGRAM} did not start: install Redis 7, or name the program in DRAWDOWN_REDIS_PROGRAM`, { cause });
    });
    await Promise.race([failed, this.#untilReady()]);
  }

  /** Another server, which knows nothing, in its place. */
  async replace(): Promise<void> {
    await this.remove();
    await mkdir(this.folder);
    await this.startAgain();
  }

  async kill(): Promise<void> {
    const running = this.#process;
    if (running === undefined || running.exitCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #untilReady(): Promise<void> {
    const probe = new Redis(this.url, { lazyConnect: true, maxRetriesPerRequest: null, retryStrategy: () => ASK_AGAIN_MS });
    probe.on('error', () => undefined);
    const deadline = AbortSignal.timeout(READY_MS_MAX);
    while ((await probe.ping().catch(() => '')) !== 'PONG') deadline.throwIfAborted();
    await probe.quit();
  }
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};
