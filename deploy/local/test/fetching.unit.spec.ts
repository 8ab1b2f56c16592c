import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { archiveName, downloadNats } from '../src/servers/fetch/nats-archive.js';
import { NATS_VERSION, goInstallNats } from '../src/servers/fetch/nats-go-install.js';
import { aptInstallRedis } from '../src/servers/fetch/redis-apt.js';
import { temporaryLaunch, writeProgram } from './temporary.js';
import type { TemporaryLaunch } from './temporary.js';

let temporary: TemporaryLaunch;
beforeEach(async () => {
  temporary = await temporaryLaunch();
});
afterEach(() => temporary.remove());

const linesOf = async (file: string): Promise<readonly string[]> => (await readFile(file, 'utf8')).trimEnd().split('\n');

describe('the release archive of NATS', () => {
  let site: Server;
  let files: Map<string, Buffer>;
  let url: string;
  const name = archiveName(process.platform, process.arch);

  beforeEach(async () => {
    files = new Map();
    site = createServer((request, response) => {
      const content = files.get(request.url ?? '');
      response.writeHead(content === undefined ? 404 : 200).end(content);
    }).listen(0, '127.0.0.1');
    await once(site, 'listening');
    url = `http://127.0.0.1:${String((site.address() as AddressInfo).port)}`;
    await temporary.fake('tar', 'exec /usr/bin/env -i PATH=/usr/bin:/bin tar "$@"');
  });
  afterEach(() => {
    site.closeAllConnections();
    site.close();
  });

  const publish = async (sum?: string): Promise<void> => {
    const folder = join(temporary.launch.runFolder, name);
    await mkdir(folder);
    await writeProgram(join(folder, 'nats-server'), 'echo nats-server: v9.9.9');
    const archive = execFileSync('tar', ['-czf', '-', '-C', temporary.launch.runFolder, name]);
    const actual = createHash('sha256').update(archive).digest('hex');
    files.set(`/v${NATS_VERSION}/${name}.tar.gz`, archive);
    files.set(`/v${NATS_VERSION}/SHA256SUMS`, Buffer.from(`${'0'.repeat(64)}  other.zip\n${sum ?? actual}  ${name}.tar.gz\n`));
  };

  it('is fetched, checked and unpacked into .drawdown/bin, and nothing else stays there', async () => {
    await publish();
    const program = await downloadNats(temporary.launch, url);
    expect(program).toBe(join(temporary.launch.workspace.bin, 'nats-server'));
    expect(execFileSync(program, ['--version']).toString()).toBe('nats-server: v9.9.9\n');
    expect(await readdir(temporary.launch.workspace.bin)).toEqual(['nats-server']);
  });

  it('is refused when its sum is not the published one', async () => {
    await publish('f'.repeat(64));
    await expect(downloadNats(temporary.launch, url)).rejects.toMatchObject({ reason: 'CHECKSUM_MISMATCH' });
    await expect(readdir(temporary.launch.workspace.bin)).rejects.toThrow('ENOENT');
  });

  it('is refused without a published sum, and when the site has no such release or is not there', async () => {
    await expect(downloadNats(temporary.launch, url)).rejects.toThrow('answers 404');
    files.set(`/v${NATS_VERSION}/SHA256SUMS`, Buffer.from(`${'0'.repeat(64)}  other.zip\n`));
    await expect(downloadNats(temporary.launch, url)).rejects.toMatchObject({ reason: 'NO_CHECKSUM' });
    await expect(downloadNats(temporary.launch, 'http://127.0.0.1:1')).rejects.toThrow('127.0.0.1:1 does not answer');
  });

  it('exists for the usual systems only', () => {
    expect(archiveName('darwin', 'arm64')).toBe(`nats-server-v${NATS_VERSION}-darwin-arm64`);
    expect(() => archiveName('win32', 'x64')).toThrow('no archive for win32');
    expect(() => archiveName('linux', 'ia32')).toThrow('no archive for ia32');
  });
});

describe('go install', () => {
  it('puts the pinned version into .drawdown/bin', async () => {
    await temporary.fake('go', 'echo "$@" > "$GOBIN/nats-server"');
    const program = await goInstallNats(temporary.launch);
    expect(program).toBe(join(temporary.launch.workspace.bin, 'nats-server'));
    expect(await linesOf(program)).toEqual([`install github.com/nats-io/nats-server/v2@v${NATS_VERSION}`]);
  });

  it('says what Go said when it fails, and that there is no Go', async () => {
    await expect(goInstallNats(temporary.launch)).rejects.toThrow('no Go toolchain');
    await temporary.fake('go', 'echo "go: requires go >= 1.25" >&2; exit 1');
    await expect(goInstallNats(temporary.launch)).rejects.toThrow('requires go >= 1.25');
  });
});

describe('apt-get', () => {
  const ROOT = 0;

  /** Knows the package only after an update, like a fresh image; writes down what it was asked. */
  const fakeApt = async (): Promise<string> => {
    const calls = join(temporary.programs, 'calls');
    await writeFile(join(temporary.programs, 'template'), '#!/bin/sh\necho Redis server v=7.0.15\n');
    await temporary.fake(
      'apt-get',
      [
        `cd ${temporary.programs}; echo "apt-get $*" >> calls`,
        'if [ "$1" = update ]; then : > lists; exit 0; fi',
        '[ -e lists ] || { echo "E: Unable to locate package redis-server" >&2; exit 100; }',
        '/bin/cp template redis-server && /bin/chmod +x redis-server',
      ].join('\n'),
    );
    await temporary.fake('service', `echo "service $*" >> ${calls}`);
    return calls;
  };

  it('reads the package lists when it has to, and stops the service that Debian starts', async () => {
    const calls = await fakeApt();
    expect(await aptInstallRedis(temporary.launch, ROOT)).toBe(join(temporary.programs, 'redis-server'));
    const install = 'apt-get install --yes --no-install-recommends redis-server';
    expect(await linesOf(calls)).toEqual([install, 'apt-get update', install, 'service redis-server stop']);
  });

  it('does not read them when it need not', async () => {
    const calls = await fakeApt();
    await writeFile(join(temporary.programs, 'lists'), '');
    await aptInstallRedis(temporary.launch, ROOT);
    expect(await linesOf(calls)).toHaveLength(2);
  });

  it('is left alone without root, and missed where there is none', async () => {
    await expect(aptInstallRedis(temporary.launch, ROOT)).rejects.toThrow('no apt-get');
    const calls = await fakeApt();
    await expect(aptInstallRedis(temporary.launch, 1000)).rejects.toThrow('needs root');
    await expect(readFile(calls)).rejects.toThrow('ENOENT');
  });
});
