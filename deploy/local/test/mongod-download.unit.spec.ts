import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { downloadMongod } from '../src/servers/fetch/mongod-download.js';
import { temporaryLaunch, writeProgram } from './temporary.js';
import type { TemporaryLaunch } from './temporary.js';

describe('the download of mongod', () => {
  let temporary: TemporaryLaunch;
  let site: Server;
  let archive: Buffer;
  let sum: string;
  const before = { ...process.env };

  beforeEach(async () => {
    site = createServer((request, response) => {
      if (request.url?.endsWith('.md5') === true) response.end(`${sum}  archive.tgz\n`);
      else response.end(request.method === 'HEAD' ? undefined : archive);
    }).listen(0, '127.0.0.1');
    await once(site, 'listening');
    const mirror = `http://127.0.0.1:${String((site.address() as AddressInfo).port)}`;
    temporary = await temporaryLaunch({ MONGOMS_DOWNLOAD_MIRROR: mirror });
    // The library looks only at the environment of the process.
    Object.assign(process.env, { MONGOMS_DOWNLOAD_MIRROR: mirror, MONGOMS_USE_HTTP: 'true' });

    const folder = join(temporary.launch.runFolder, 'mongodb-any', 'bin');
    await mkdir(folder, { recursive: true });
    await writeProgram(join(folder, 'mongod'), 'echo db version v8.9.9');
    archive = execFileSync('tar', ['-czf', '-', '-C', temporary.launch.runFolder, 'mongodb-any']);
    sum = createHash('md5').update(archive).digest('hex');
  });
  afterEach(async () => {
    process.env = { ...before };
    site.closeAllConnections();
    site.close();
    await temporary.remove();
  });

  it('is refused when its sum is not the published one, and nothing of it stays', async () => {
    sum = 'f'.repeat(32);
    await expect(downloadMongod(temporary.launch)).rejects.toThrow(/md5/i);
    expect(await readdir(temporary.launch.workspace.bin)).toEqual([]);
  });

  it('brings the program into .drawdown/bin, over verified connections only', async () => {
    const program = await downloadMongod(temporary.launch);
    expect(program).toBe(join(temporary.launch.workspace.bin, 'mongod'));
    expect(execFileSync(program, ['--version']).toString()).toBe('db version v8.9.9\n');
    expect(await readdir(temporary.launch.workspace.bin)).toEqual(['mongod']);
    expect(process.env['npm_config_strict_ssl']).toBe('true');
  });
});

describe('a download site that is not there', () => {
  it('is not waited for', async () => {
    const temporary = await temporaryLaunch({ MONGOMS_DOWNLOAD_MIRROR: 'http://127.0.0.1:1' });
    try {
      await expect(downloadMongod(temporary.launch)).rejects.toThrow('127.0.0.1:1 does not answer');
    } finally {
      await temporary.remove();
    }
  });
});
