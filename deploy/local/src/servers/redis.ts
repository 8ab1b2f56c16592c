import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Fault } from '@drawdown/errors';
import type { Launch } from '../launch.js';
import { LIMITS } from '../limits.js';
import { startProcess, unexpectedEnd } from '../process/own-process.js';
import { isAtLeast, parseVersion } from '../process/program.js';
import type { Program, Version } from '../process/program.js';
import { untilReady } from '../process/readiness.js';
import { fromDocker } from './docker.js';
import { aptInstallRedis } from './fetch/redis-apt.js';
import { onFreePorts } from './ports.js';
import type { RunningServer, Wanted } from './server.js';
import { byFetching, describeProgram, fromEnvironment, fromPath } from './ways.js';

/** The first with functions. */
const REDIS_VERSION_MIN: Version = [7, 0, 0];

/**
 * Never evicts, and answers only after the write is on disk: a store that forgets silently is worse than none.
 * The same settings stand in docker-compose.yml.
 */
const SETTINGS = [
  ...['--maxmemory', '512mb', '--maxmemory-policy', 'noeviction'],
  ...['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''],
];

export const redisServer = (launch: Launch): Wanted => ({
  title: 'Redis',
  ways: [
    fromEnvironment(launch, 'DRAWDOWN_REDIS_URL', probeRedis),
    fromDocker(launch, {
      name: 'redis',
      portVariables: ['DRAWDOWN_REDIS_PORT'],
      address: ([port]) => redisAddress(port),
    }),
    fromPath(launch, ['redis-server', 'valkey-server'], REDIS_VERSION_MIN, (program, origin) => startRedis(launch, program, origin)),
    byFetching(
      launch,
      'apt-get install redis-server',
      () => aptInstallRedis(launch),
      REDIS_VERSION_MIN,
      (program, origin) => startRedis(launch, program, origin),
    ),
  ],
  help: [
    'set DRAWDOWN_REDIS_URL to Redis or Valkey 7 or newer',
    'start a Docker engine',
    'install redis-server or valkey-server 7 or newer with the package manager of this system',
  ],
});

const redisAddress = (port: number | undefined) => {
  const url = `redis://127.0.0.1:${String(port)}`;
  return { url, variables: { DRAWDOWN_REDIS_URL: url } };
};

const startRedis = (launch: Launch, program: Program, origin: string): Promise<RunningServer> =>
  onFreePorts(1, async ([port]) => {
    const folder = join(launch.runFolder, 'redis');
    await mkdir(folder, { recursive: true });
    const server = startProcess(launch, {
      name: 'redis',
      file: program.file,
      arguments: ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, ...SETTINGS],
      output: { log: join(launch.runFolder, 'redis.log') },
    });
    const address = redisAddress(port);
    await untilReady(server, () => probeRedis(address.url));
    return {
      ...address,
      what: describeProgram('redis-server', program, origin),
      failed: unexpectedEnd(server),
      stop: () => server.stop(),
    };
  });

/** @throws Fault when no Redis of a sufficient version answers */
export const probeRedis = async (url: string): Promise<void> => {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: LIMITS.probeMsMax,
    commandTimeout: LIMITS.probeMsMax,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  });
  // Without a listener ioredis prints the error; the rejected call below carries it.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    const information = await redis.info('server');
    const version = parseVersion(/redis_version:(.*)/.exec(information)?.[1] ?? '');
    if (version === undefined || !isAtLeast(version, REDIS_VERSION_MIN)) {
      throw new Fault('TOO_OLD', `the server there is ${version?.join('.') ?? 'of no version'}, older than 7`);
    }
  } finally {
    redis.disconnect();
  }
};
