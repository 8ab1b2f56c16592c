import assert from 'node:assert/strict';
import { DrawdownClient } from '@drawdown/cli';
import {
  createRunFolder,
  identityStep,
  Launch,
  provisionStep,
  serversStep,
  startServices,
  workspaceAt,
  type ServiceName,
  type Stage,
} from '@drawdown/local';
import { processListeningOn, type WatchedProcess } from './cpu-time.js';

/** Real servers with the real service on them, and a namespace of this run alone. */
export interface Bed {
  readonly launch: Launch;
  readonly natsUrl: string;
  readonly natsMonitoringUrl: string | undefined;
  readonly mongodbUrl: string;
  readonly redisUrl: string;
  /** Where the service answers gRPC, `host:port`. */
  readonly address: string;
  readonly namespace: string;
  /** Of an operator in `namespace`. */
  readonly token: string;
  readonly client: DrawdownClient;
  /** The servers and the service. */
  readonly processes: readonly WatchedProcess[];
}

/** Makes a launch of this benchmark alone, works with it, and ends whatever was started, whatever became of the work. */
export const onLaunch = async (environment: Launch['environment'], work: (launch: Launch) => Promise<void>): Promise<void> => {
  const workspace = workspaceAt(process.cwd());
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const launch = new Launch({ workspace, runFolder: await createRunFolder(workspace), environment, say });
  try {
    await work(launch);
  } finally {
    await launch.end();
  }
};

/** Makes the bed as `npm start` does before its story, with the service that is measured alone, and works on it. */
export const onBed = (
  service: ServiceName,
  work: (bed: Bed) => Promise<void>,
  environment: Launch['environment'] = process.env,
  /** What the service is told beyond what all are told. */
  variables: Readonly<Record<string, string>> = {},
): Promise<void> =>
  onLaunch(environment, async launch => {
    const stage: Stage = { launch, variables: { ...variables }, failures: [], addresses: new Map() };
    for (const step of [serversStep, provisionStep, identityStep, startServices([service])]) await step.run(stage);
    const broken = Promise.race(stage.failures).then(failure => Promise.reject(new Error(failure)));
    await Promise.race([makeBed(stage, service).then(work), broken]);
  });

const makeBed = async ({ launch, variables, addresses, identity }: Stage, service: ServiceName): Promise<Bed> => {
  const address = addresses.get(service);
  const {
    DRAWDOWN_NATS_URL: natsUrl,
    DRAWDOWN_MONGODB_URL: mongodbUrl,
    DRAWDOWN_REDIS_URL: redisUrl,
    DRAWDOWN_NATS_MONITORING_URL: natsMonitoringUrl,
  } = variables;
  assert(identity !== undefined && address !== undefined, 'every step has been run');
  assert(natsUrl !== undefined && mongodbUrl !== undefined && redisUrl !== undefined, 'every server is there');
  const namespace = `bench-${Date.now().toString(36)}`;
  const token = await identity.signToken({ subject: 'bench', namespace, roles: ['operator'] });
  const client = new DrawdownClient({ address, token });
  launch.atEnd('client', async () => client.close());
  const watch = async (name: string, url: string): Promise<WatchedProcess> => ({
    name,
    pid: await processListeningOn(Number(new URL(url).port)),
  });
  const processes = [
    await watch('NATS', natsUrl),
    await watch('MongoDB', mongodbUrl),
    await watch('Redis', redisUrl),
    await watch('service', `grpc://${address}`),
  ];
  return { launch, natsUrl, natsMonitoringUrl, mongodbUrl, redisUrl, address, namespace, token, client, processes };
};
