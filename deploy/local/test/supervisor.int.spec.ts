import { readFile, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { probeGrpcHealth, probeHttp } from '../src/services/health-probe.js';
import { startService } from '../src/services/supervisor.js';
import { freePorts } from '../src/servers/ports.js';
import { isAlive } from './processes.js';
import { temporaryLaunch } from './temporary.js';
import type { TemporaryLaunch } from './temporary.js';
import { Server, ServerCredentials } from '@grpc/grpc-js';

/** A service that is ready after a while, drains on SIGTERM, and says both. */
const SOURCE = `
import { createServer } from 'node:http';
let ready = false;
console.log('variables', process.env.GREETING);
setTimeout(() => { ready = true; }, 100);
const server = createServer((_, response) => response.writeHead(ready ? 200 : 503).end());
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => {
  if (process.env.STUBBORN) return;
  setTimeout(() => { console.log('drained'); process.exit(0); }, 50);
});`;

describe('services', () => {
  let temporary: TemporaryLaunch;
  beforeEach(async () => {
    temporary = await temporaryLaunch();
    const folder = join(temporary.launch.workspace.root, 'services/thing/dist/thing/src');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await writeFile(join(folder, 'main.js'), SOURCE);
  });
  afterEach(() => temporary.remove());

  const start = async (replica: number, environment: Readonly<Record<string, string>> = {}, stopMsMax = 10_000) => {
    const [port] = await freePorts(1);
    return startService(temporary.launch, {
      name: 'thing',
      replica,
      environment: { PORT: String(port), GREETING: `hello ${String(replica)}`, ...environment },
      ready: () => probeHttp(`http://127.0.0.1:${String(port)}/`),
      stopMsMax,
    });
  };

  it('are waited for, and drain when they are stopped', async () => {
    const service = await start(1);
    await service.stop();
    const log = await readFile(service.log, 'utf8');
    expect(log).toBe('variables hello 1\ndrained\n');
    expect(isAlive(service.pid)).toBe(false);
  });

  it('run in several replicas, each with its log, and end with the launch', async () => {
    const services = await Promise.all([start(1), start(2)]);
    await temporary.launch.end();
    expect(services.filter(({ pid }) => isAlive(pid))).toEqual([]);
    const logs = await Promise.all(services.map(({ log }) => readFile(log, 'utf8')));
    expect(logs).toEqual(['variables hello 1\ndrained\n', 'variables hello 2\ndrained\n']);
  });

  it('are killed when they do not drain in time', async () => {
    const service = await start(1, { STUBBORN: 'yes' }, 100);
    await service.stop();
    expect(isAlive(service.pid)).toBe(false);
  });

  it('are reported when they die, and not waited for when they never start', async () => {
    const service = await start(1);
    process.kill(service.pid, 'SIGKILL');
    expect(await service.failed).toContain('thing-1 ended (signal SIGKILL)');
    await expect(start(2, { PORT: 'none' })).rejects.toMatchObject({ reason: 'NOT_READY' });
  });
});

describe('the health of a gRPC server', () => {
  let server: Server;
  let status: number;
  let address: string;

  beforeEach(async () => {
    server = new Server();
    const passOn = (bytes: Buffer): Buffer => bytes;
    const check = {
      path: '/grpc.health.v1.Health/Check',
      requestStream: false,
      responseStream: false,
      requestSerialize: passOn,
      requestDeserialize: passOn,
      responseSerialize: passOn,
      responseDeserialize: passOn,
    } as const;
    server.addService(
      { check },
      { check: (_call: unknown, answer: (error: null, bytes: Buffer) => void) => answer(null, Buffer.from([8, status])) },
    );
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    address = `127.0.0.1:${String(port)}`;
  });
  afterEach(() => server.forceShutdown());

  it('is good when it serves, and not otherwise', async () => {
    status = 1;
    await probeGrpcHealth(address);
    status = 2;
    await expect(probeGrpcHealth(address)).rejects.toMatchObject({ reason: 'NOT_READY' });
  });

  it('is not good when nobody answers', async () => {
    await expect(probeGrpcHealth('127.0.0.1:1')).rejects.toThrow('UNAVAILABLE');
  });
});
