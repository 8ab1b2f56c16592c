import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { descendantsOf, isAlive, until } from './processes.js';
import { repository } from './temporary.js';
import { withoutServers } from './without-servers.js';

const TIME_MS_MAX = 300_000;
const BUILT = join(repository, 'deploy/local/dist/local/src/main.js');

/** The real launcher as a child, as `npm start` runs it after the build. */
class LauncherProcess {
  output = '';
  readonly child: ChildProcess;
  readonly closed: Promise<unknown[]>;

  constructor(words: readonly string[], environment: Readonly<Record<string, string>>) {
    const script = `
      const { main } = await import(${JSON.stringify(pathToFileURL(BUILT).href)});
      process.exit(await main(${JSON.stringify(repository)}, ${JSON.stringify(words)}));`;
    this.child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    this.closed = once(this.child, 'close');
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async says(text: string): Promise<void> {
    await until(async () => {
      if (this.child.exitCode !== null) throw new Error(`it ended before it said "${text}":\n${this.output}`);
      return this.output.includes(text);
    });
  }

  async exitCode(): Promise<unknown> {
    return (await this.closed)[0];
  }
}

describe('the launcher', () => {
  let launcher: LauncherProcess;

  beforeAll(async () => {
    await access(BUILT).catch(() => {
      throw new Error('The launcher is not built: run `npm run build` first (npm test does it by itself).');
    });
  });
  afterEach(() => launcher.child.kill('SIGKILL'));

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends everything it started on %s',
    async signal => {
      launcher = new LauncherProcess(['servers', 'nats', 'redis'], withoutServers());
      await launcher.says('Ready.');
      const started = descendantsOf(launcher.pid);
      expect(started.length).toBeGreaterThanOrEqual(2);
      launcher.child.kill(signal);
      expect(await launcher.exitCode()).toBe(0);
      expect(started.filter(isAlive)).toEqual([]);
    },
    TIME_MS_MAX,
  );

  it(
    'leaves nothing behind even when it is killed',
    async () => {
      launcher = new LauncherProcess(['servers', 'nats', 'redis'], withoutServers());
      await launcher.says('Ready.');
      const started = descendantsOf(launcher.pid);
      launcher.child.kill('SIGKILL');
      await launcher.exitCode();
      await until(async () => !started.some(isAlive));
    },
    TIME_MS_MAX,
  );

  it(
    'ends everything when it is interrupted while it starts',
    async () => {
      launcher = new LauncherProcess(['servers', 'nats-cluster', 'redis'], withoutServers());
      await launcher.says('Redis:');
      const started = descendantsOf(launcher.pid);
      launcher.child.kill('SIGINT');
      expect(await launcher.exitCode()).toBe(launcher.output.includes('Ready.') ? 0 : 130);
      expect(started.filter(isAlive)).toEqual([]);
    },
    TIME_MS_MAX,
  );

  it(
    'ends the others and fails when one of its servers dies',
    async () => {
      launcher = new LauncherProcess(['servers', 'nats', 'redis'], withoutServers());
      await launcher.says('Ready.');
      const started = descendantsOf(launcher.pid);
      process.kill(started[0] ?? 0, 'SIGKILL');
      expect(await launcher.exitCode()).toBe(1);
      expect(launcher.output).toContain('ended (signal SIGKILL)');
      expect(started.filter(isAlive)).toEqual([]);
    },
    TIME_MS_MAX,
  );

  it(
    'runs beside another one',
    async () => {
      launcher = new LauncherProcess(['servers', 'redis'], withoutServers());
      const other = new LauncherProcess(['servers', 'redis'], withoutServers());
      try {
        await Promise.all([launcher.says('Ready.'), other.says('Ready.')]);
        const url = /DRAWDOWN_REDIS_URL=\S+/;
        expect(url.exec(launcher.output)?.[0]).not.toBe(url.exec(other.output)?.[0]);
      } finally {
        other.child.kill('SIGTERM');
        launcher.child.kill('SIGTERM');
      }
      expect(await other.exitCode()).toBe(0);
      expect(await launcher.exitCode()).toBe(0);
    },
    TIME_MS_MAX,
  );

  it('says in one error what is missing, and ends', async () => {
    launcher = new LauncherProcess(['servers', 'redis'], { ...withoutServers(), PATH: '/nowhere' });
    expect(await launcher.exitCode()).toBe(1);
    expect(launcher.output).toContain('Redis could not be had. Tried, in this order:');
    expect(launcher.output).toContain('no apt-get');
    expect(launcher.output).toContain('What would help (one of):');
  });

  it('answers a wrong command with how to use it', async () => {
    launcher = new LauncherProcess(['strat'], withoutServers());
    expect(await launcher.exitCode()).toBe(2);
    expect(launcher.output).toContain('usage: start|test|soak|bench|servers');
  });
});
