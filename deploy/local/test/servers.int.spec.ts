import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { Launch } from '../src/launch.js';
import { obtainServers } from '../src/servers/all.js';
import { probeMongodb } from '../src/servers/mongodb.js';
import { probeNats } from '../src/servers/nats.js';
import { probeRedis } from '../src/servers/redis.js';
import { workspaceAt } from '../src/workspace.js';
import { descendantsOf, isAlive } from './processes.js';
import { repository } from './temporary.js';
import { withoutServers } from './without-servers.js';

/** Servers may have to be fetched first, when this file is run alone on an empty machine. */
const TIME_MS_MAX = 300_000;

describe('servers that the launcher starts', () => {
  let runFolder: string;
  let launch: Launch;
  let said: string[];

  beforeEach(async () => {
    runFolder = await mkdtemp(join(tmpdir(), 'drawdown-servers-'));
    said = [];
    launch = new Launch({
      workspace: workspaceAt(repository),
      runFolder,
      environment: withoutServers(),
      say: line => void said.push(line),
    });
  });
  afterEach(async () => {
    await launch.end();
    await rm(runFolder, { recursive: true, force: true });
  });

  it(
    'answer, and are gone after the end',
    async () => {
      // What an earlier file of the same worker has started may still be on its way out.
      const earlier = new Set(descendantsOf(process.pid));
      const { variables } = await obtainServers(launch, ['nats', 'mongodb', 'redis']);
      const { DRAWDOWN_NATS_URL: nats = '', DRAWDOWN_MONGODB_URL: mongodb = '', DRAWDOWN_REDIS_URL: redis = '' } = variables;
      await Promise.all([probeNats(nats), probeMongodb(mongodb), probeRedis(redis)]);
      const chosen = said.filter(line => / at (nats|mongodb|redis):\/\/127\.0\.0\.1:\d+/.test(line));
      expect(chosen).toHaveLength(3);
      const processes = descendantsOf(process.pid).filter(pid => !earlier.has(pid));
      expect(processes.length).toBeGreaterThanOrEqual(3);
      await launch.end();
      expect(processes.filter(isAlive)).toEqual([]);
      await expect(probeNats(nats)).rejects.toThrow();
      await expect(probeMongodb(mongodb)).rejects.toThrow();
      await expect(probeRedis(redis)).rejects.toThrow();
    },
    TIME_MS_MAX,
  );

  it(
    'give Redis the settings under which it forgets nothing',
    async () => {
      const { variables } = await obtainServers(launch, ['redis']);
      const redis = new Redis(variables['DRAWDOWN_REDIS_URL'] ?? '');
      const setting = async (name: string) => (await redis.config('GET', name))[1];
      try {
        expect(Number(await setting('maxmemory'))).toBeGreaterThan(0);
        expect(await setting('maxmemory-policy')).toBe('noeviction');
        expect(await setting('appendonly')).toBe('yes');
        expect(await setting('appendfsync')).toBe('always');
      } finally {
        redis.disconnect();
      }
    },
    TIME_MS_MAX,
  );

  it(
    'give MongoDB the guarded writes that projections are made of',
    async () => {
      const { variables } = await obtainServers(launch, ['mongodb']);
      const client = await MongoClient.connect(variables['DRAWDOWN_MONGODB_URL'] ?? '');
      const documents = client.db('launcher').collection<{ _id: string; sequence: number }>('documents');
      const write = (sequence: number) =>
        documents.bulkWrite(
          [
            {
              replaceOne: {
                filter: { _id: 'a', sequence: { $lte: sequence } },
                replacement: { sequence },
                upsert: true,
              },
            },
          ],
          { ordered: false },
        );
      try {
        await write(2);
        await write(3);
        await expect(write(1)).rejects.toMatchObject({ code: 11_000 });
        expect(await documents.find().toArray()).toEqual([{ _id: 'a', sequence: 3 }]);
      } finally {
        await client.close();
      }
    },
    TIME_MS_MAX,
  );

  it(
    'form a cluster that has a leader',
    async () => {
      const { variables } = await obtainServers(launch, ['nats-cluster']);
      const urls = (variables['DRAWDOWN_NATS_CLUSTER_URL'] ?? '').split(',');
      expect(new Set(urls).size).toBe(3);
      await probeNats(urls.join(','));
    },
    TIME_MS_MAX,
  );

  it(
    'are reported when they die',
    async () => {
      const earlier = new Set(descendantsOf(process.pid));
      const { failed } = await obtainServers(launch, ['redis']);
      const redis = descendantsOf(process.pid).find(pid => !earlier.has(pid) && isAlive(pid));
      process.kill(redis ?? 0, 'SIGKILL');
      expect(await failed).toContain('redis ended (signal SIGKILL)');
    },
    TIME_MS_MAX,
  );

  it(
    'are refused when the address in the environment is of another kind of server',
    async () => {
      const { variables } = await obtainServers(launch, ['redis']);
      const url = (variables['DRAWDOWN_REDIS_URL'] ?? '').replace('redis:', 'nats:');
      const other = new Launch({
        workspace: launch.workspace,
        runFolder,
        environment: { ...withoutServers(), DRAWDOWN_NATS_URL: url },
        say: () => undefined,
      });
      await expect(obtainServers(other, ['nats'])).rejects.toMatchObject({ reason: 'ADDRESS_UNUSABLE' });
    },
    TIME_MS_MAX,
  );
});
