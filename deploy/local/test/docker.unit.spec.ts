import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromDocker } from '../src/servers/docker.js';
import { temporaryLaunch } from './temporary.js';
import type { TemporaryLaunch } from './temporary.js';

describe('a Docker engine', () => {
  let temporary: TemporaryLaunch;
  beforeEach(async () => {
    temporary = await temporaryLaunch();
  });
  afterEach(() => temporary.remove());

  const attempt = () =>
    fromDocker(temporary.launch, {
      name: 'redis',
      portVariables: ['DRAWDOWN_REDIS_PORT'],
      address: ([port]) => ({ url: `redis://127.0.0.1:${String(port)}`, variables: {} }),
    }).attempt();

  /** Answers like Docker and writes down what it was asked; `wait` returns when the file `gone` appears. */
  const fakeDocker = (up = 'true') =>
    temporary.fake(
      'docker',
      [
        `cd ${temporary.programs}; echo "$* port=$DRAWDOWN_REDIS_PORT" >> calls`,
        'case "$*" in',
        '  version*) echo 28.0.0 ;;',
        `  *" up "*) ${up} ;;`,
        '  *" ps "*) echo container-1 ;;',
        '  wait*) while [ ! -e gone ]; do /bin/sleep 0.05; done; echo 137 ;;',
        'esac',
      ].join('\n'),
    );
  const calls = async () => (await readFile(join(temporary.programs, 'calls'), 'utf8')).trimEnd().split('\n');

  it('is passed over when there is no command, or the command finds no engine', async () => {
    await expect(attempt()).rejects.toThrow('no docker command');
    await temporary.fake('docker', 'echo "Cannot connect to the Docker daemon" >&2; exit 1');
    await expect(attempt()).rejects.toThrow('no engine answers');
  });

  it('runs the service on a free port in a project of the launch, and takes it down at the end', async () => {
    await fakeDocker();
    const server = await attempt();
    const port = server.url.split(':').at(-1);
    const [, up] = await calls();
    expect(up).toBe(`compose --project-name drawdown-run-redis up --detach --wait redis port=${String(port)}`);
    await temporary.launch.end();
    expect((await calls()).at(-1)).toContain('compose --project-name drawdown-run-redis down --volumes');
  });

  it('tells when the container ends by itself', async () => {
    await fakeDocker();
    const server = await attempt();
    await temporary.fake('gone', '');
    expect(await server.failed).toContain('container of redis ended');
  });

  it('is passed over when the image cannot be had, and nothing of it stays', async () => {
    await fakeDocker('{ echo "pull access denied" >&2; exit 1; }');
    await expect(attempt()).rejects.toThrow('pull access denied');
    await temporary.launch.end();
    expect((await calls()).at(-1)).toContain(' down ');
  });
});
