import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import type { Launch } from '../launch.js';
import { LIMITS } from '../limits.js';
import { startProcess, unexpectedEnd } from '../process/own-process.js';
import type { OwnProcess } from '../process/own-process.js';
import type { Program, Version } from '../process/program.js';
import { untilReady } from '../process/readiness.js';
import { fromDocker } from './docker.js';
import { fetchedJavaServer, fetchJavaServer } from './fetch/mongo-java.js';
import type { JavaServer } from './fetch/mongo-java.js';
import { downloadMongod } from './fetch/mongod-download.js';
import { onFreePorts } from './ports.js';
import type { RunningServer, Wanted, Way } from './server.js';
import { byFetching, describeProgram, fromBin, fromEnvironment, fromPath } from './ways.js';

const MONGODB_VERSION_MIN: Version = [6, 0, 0];

/** The real one first; where it cannot be had, a compatible server in memory (design §9). */
export const mongodbServer = (launch: Launch): Wanted => {
  const start = (program: Program, origin: string) => startMongod(launch, program, origin);
  return {
    title: 'MongoDB',
    ways: [
      fromEnvironment(launch, 'DRAWDOWN_MONGODB_URL', probeMongodb),
      fromDocker(launch, {
        name: 'mongodb',
        portVariables: ['DRAWDOWN_MONGODB_PORT'],
        address: ([port]) => mongodbAddress(port),
      }),
      fromPath(launch, ['mongod'], MONGODB_VERSION_MIN, start),
      fromBin(launch, 'mongod', MONGODB_VERSION_MIN, start),
      inJava(launch, 'mongo-java-server in .drawdown', () => fetchedJavaServer(launch)),
      byFetching(launch, 'download of mongod', () => downloadMongod(launch), MONGODB_VERSION_MIN, start),
      inJava(launch, 'mongo-java-server by Maven', () => fetchJavaServer(launch)),
    ],
    help: [
      'set DRAWDOWN_MONGODB_URL to a MongoDB server 6 or newer',
      'start a Docker engine',
      'put mongod 6 or newer on the PATH',
      'install Java 17 and Maven, for a compatible server in memory',
    ],
  };
};

const inJava = (launch: Launch, label: string, find: () => Promise<JavaServer>): Way => ({
  label,
  attempt: async () => startJavaServer(launch, await find(), label),
});

const mongodbAddress = (port: number | undefined) => {
  // The name `localhost` could mean an IPv6 address, on which nothing listens.
  const url = `mongodb://127.0.0.1:${String(port)}`;
  return { url, variables: { DRAWDOWN_MONGODB_URL: url } };
};

const startMongod = (launch: Launch, program: Program, origin: string): Promise<RunningServer> =>
  onFreePorts(1, async ([port]) => {
    const folder = join(launch.runFolder, 'mongodb');
    await mkdir(folder, { recursive: true });
    const server = startProcess(launch, {
      name: 'mongodb',
      file: program.file,
      arguments: ['--bind_ip', '127.0.0.1', '--port', String(port), '--dbpath', folder, '--nounixsocket'],
      output: { log: join(launch.runFolder, 'mongodb.log') },
    });
    return whenReady(server, port, describeProgram('mongod', program, origin));
  });

const startJavaServer = (launch: Launch, found: JavaServer, origin: string): Promise<RunningServer> =>
  onFreePorts(1, async ([port]) => {
    const source = join(launch.workspace.root, 'deploy/local/mongo/LocalMongo.java');
    const server = startProcess(launch, {
      name: 'mongodb',
      file: found.java,
      arguments: ['-Xmx1g', '-cp', join(found.libraries, '*'), source, String(port)],
      output: { log: join(launch.runFolder, 'mongodb.log') },
    });
    return whenReady(server, port, `${origin}, a compatible server that keeps its data in memory`);
  });

const whenReady = async (server: OwnProcess, port: number | undefined, what: string): Promise<RunningServer> => {
  const address = mongodbAddress(port);
  await untilReady(server, () => probeMongodb(address.url));
  return { ...address, what, failed: unexpectedEnd(server), stop: () => server.stop() };
};

/** @throws MongoError when nothing answers, or a server that the driver cannot speak to */
export const probeMongodb = async (url: string): Promise<void> => {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: LIMITS.probeMsMax });
  try {
    await client.db('admin').command({ ping: 1 });
  } finally {
    await client.close();
  }
};
