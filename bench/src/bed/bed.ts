import assert from 'node:assert/strict';
import { DrawdownClient } from '@drawdown/cli';
import { createRunFolder, identityStep, Launch, provisionStep, serversStep, startServices, workspaceAt, type Stage } from '@drawdown/local';
import { processListeningOn, type WatchedProcess } from './cpu-time.js';

/** Real servers with the real service on them, and a namespace of this run alone. */
export interface Bed {
  readonly launch: Launch;
  readonly natsUrl: string;
  readonly natsMonitoringUrl: string | undefined;
  readonly mongodbUrl: string;
  /** Where the service answers gRPC, `host:port`. */
  readonly address: string;
  readonly namespace: string;
  /** Of an operator in `namespace`. */
  readonly token: string;
  readonly client: DrawdownClient;
  /** The servers and the service. */
  readonly processes: readonly WatchedProcess[];
}

/** What `npm start` does before its story, with the service that is measured alone. */
const STEPS = [serversStep, provisionStep, identityStep, startServices(['entitlements'])];

/** Makes the bed, works on it, and ends whatever was started, whatever became of the work. */
export const onBed = async (work: (bed: Bed) => Promise<void>): Promise<void> => {
  const workspace = workspaceAt(process.cwd());
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const launch = new Launch({ workspace, runFolder: await createRunFolder(workspace), environment: process.env, say });
  const stage: Stage = { launch, variables: {}, failures: [], addresses: new Map() };
  try {
    for (const step of STEPS) await step.run(stage);
    const broken = Promise.race(stage.failures).then(failure => Promise.reject(new Error(failure)));
    await Promise.race([makeBed(stage).then(work), broken]);
  } finally {
    await launch.end();
  }
};

const makeBed = async ({ launch, variables, addresses, identity }: Stage): Promise<Bed> => {
  const address = addresses.get('entitlements');
  const { DRAWDOWN_NATS_URL: natsUrl, DRAWDOWN_MONGODB_URL: mongodbUrl, DRAWDOWN_NATS_MONITORING_URL: natsMonitoringUrl } = variables;
  assert(identity !== undefined && address !== undefined && natsUrl !== undefined && mongodbUrl !== undefined, 'every step has been run');
  const namespace = `bench-${Date.now().toString(36)}`;
  const token = await identity.signToken({ subject: 'bench', namespace, roles: ['operator'] });
  const client = new DrawdownClient({ address, token });
  launch.atEnd('client', async () => client.close());
  const watch = async (name: string, url: string): Promise<WatchedProcess> => ({
    name,
    pid: await processListeningOn(Number(new URL(url).port)),
  });
  const processes = [await watch('NATS', natsUrl), await watch('MongoDB', mongodbUrl), await watch('service', `grpc://${address}`)];
  return { launch, natsUrl, natsMonitoringUrl, mongodbUrl, address, namespace, token, client, processes };
};
