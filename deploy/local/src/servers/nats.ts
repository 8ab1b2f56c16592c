import { connect } from 'node:net';
import { join } from 'node:path';
import { Fault } from '@drawdown/errors';
import type { Launch } from '../launch.js';
import { LIMITS } from '../limits.js';
import { startProcess, unexpectedEnd } from '../process/own-process.js';
import { isAtLeast, parseVersion } from '../process/program.js';
import type { Program, Version } from '../process/program.js';
import { untilReady } from '../process/readiness.js';
import { fromDocker } from './docker.js';
import { downloadNats } from './fetch/nats-archive.js';
import { goInstallNats, NATS_VERSION } from './fetch/nats-go-install.js';
import { onFreePorts } from './ports.js';
import type { RunningServer, Wanted } from './server.js';
import { byFetching, describeProgram, fromBin, fromEnvironment, fromPath } from './ways.js';
import type { StartProgram } from './ways.js';

/** Older servers ignore wildcard expectations and unknown stream options without a word. */
const NATS_VERSION_MIN: Version = [2, 12, 0];

const HELP = [
  'set DRAWDOWN_NATS_URL to a NATS server 2.12 or newer with JetStream',
  'start a Docker engine',
  'put nats-server 2.12 or newer on the PATH',
  `install Go, so that nats-server ${NATS_VERSION} can be compiled`,
] as const;

export const natsServer = (launch: Launch): Wanted => ({
  title: 'NATS',
  ways: [
    fromEnvironment(launch, 'DRAWDOWN_NATS_URL', probeNats, () => {
      const monitoring = launch.environment['DRAWDOWN_NATS_MONITORING_URL'];
      return monitoring === undefined ? {} : { DRAWDOWN_NATS_MONITORING_URL: monitoring };
    }),
    fromDocker(launch, {
      name: 'nats',
      portVariables: ['DRAWDOWN_NATS_PORT', 'DRAWDOWN_NATS_MONITORING_PORT'],
      address: ([client, monitoring]) => natsAddress(client, monitoring),
    }),
    ...programWays(launch, (program, origin) => startNats(launch, program, origin)),
  ],
  help: HELP,
});

/** Ways to a nats-server program, for one server or for several. */
export const programWays = (launch: Launch, start: StartProgram) => [
  fromPath(launch, ['nats-server'], NATS_VERSION_MIN, start),
  fromBin(launch, 'nats-server', NATS_VERSION_MIN, start),
  byFetching(launch, 'release archive', () => downloadNats(launch), NATS_VERSION_MIN, start),
  byFetching(launch, 'go install', () => goInstallNats(launch), NATS_VERSION_MIN, start),
];

const startNats = (launch: Launch, program: Program, origin: string): Promise<RunningServer> =>
  onFreePorts(2, async ports => {
    const [client, monitoring] = ports;
    const server = await startNatsProcess(launch, program, { name: 'nats', client, monitoring, more: [] });
    return {
      ...natsAddress(client, monitoring),
      what: describeProgram('nats-server', program, origin),
      failed: unexpectedEnd(server),
      stop: () => server.stop(),
    };
  });

const natsAddress = (client: number | undefined, monitoring: number | undefined) => {
  const url = `nats://127.0.0.1:${String(client)}`;
  const monitoringUrl = `http://127.0.0.1:${String(monitoring)}`;
  return { url, variables: { DRAWDOWN_NATS_URL: url, DRAWDOWN_NATS_MONITORING_URL: monitoringUrl } };
};

export interface NatsProcess {
  readonly name: string;
  readonly client: number | undefined;
  readonly monitoring: number | undefined;
  /** Further arguments, such as those of a cluster. */
  readonly more: readonly string[];
}

/** Starts a server with deploy/nats/server.conf and its files below the run folder; ready when its JetStream is. */
export const startNatsProcess = async (launch: Launch, program: Program, options: NatsProcess) => {
  const server = startProcess(launch, {
    name: options.name,
    file: program.file,
    arguments: [
      ...['--config', join(launch.workspace.root, 'deploy/nats/server.conf')],
      ...['--addr', '127.0.0.1', '--port', String(options.client), '--http_port', String(options.monitoring)],
      ...['--name', options.name, '--store_dir', join(launch.runFolder, options.name)],
      ...options.more,
    ],
    output: { log: join(launch.runFolder, `${options.name}.log`) },
  });
  await untilReady(server, () => probeHealth(`http://127.0.0.1:${String(options.monitoring)}`));
  return server;
};

const probeHealth = async (monitoringUrl: string): Promise<void> => {
  const answer = await fetch(`${monitoringUrl}/healthz`, { signal: AbortSignal.timeout(LIMITS.probeMsMax) });
  if (!answer.ok) throw new Fault('NOT_READY', await answer.text());
};

/**
 * Reads what a NATS server says of itself to every client before anything else.
 * @throws Fault when it does not answer, is too old, or has no JetStream
 */
export const probeNats = async (urls: string): Promise<void> => {
  for (const url of urls.split(',')) {
    const greeting = await readGreeting(new URL(url.includes('://') ? url : `nats://${url}`));
    const info = JSON.parse(greeting.replace(/^INFO /, '')) as { version?: string; jetstream?: boolean };
    const version = parseVersion(info.version ?? '');
    if (version === undefined || !isAtLeast(version, NATS_VERSION_MIN)) {
      throw new Fault('TOO_OLD', `the server there is ${info.version ?? 'of no version'}, older than 2.12`);
    }
    if (info.jetstream !== true) throw new Fault('NO_JETSTREAM', 'the server there has no JetStream');
  }
};

const readGreeting = (url: URL): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: url.hostname, port: url.port === '' ? 4222 : Number(url.port) });
    let text = '';
    socket.setTimeout(LIMITS.answerMsMax, () => socket.destroy(new Fault('NO_ANSWER', 'nothing answers there')));
    socket.on('error', reject);
    socket.on('close', () => reject(new Fault('NO_ANSWER', 'it is not a NATS server')));
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (!text.includes('\r\n')) return;
      socket.destroy();
      if (text.startsWith('INFO ')) resolve(text.slice(0, text.indexOf('\r\n')));
    });
  });
