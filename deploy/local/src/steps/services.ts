import assert from 'node:assert/strict';
import { writeContext } from '../identity/context-file.js';
import { freePorts } from '../servers/ports.js';
import { probeGrpcHealth } from '../services/health-probe.js';
import { startService } from '../services/supervisor.js';
import { DEPLOYMENT } from './provision.js';
import type { Stage, Step } from './step.js';

/** The services of the project. A new one is one more line. */
const SERVICES = ['entitlements', 'sessions', 'capacity'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** On one machine nobody waits long for calls under way. */
const DRAIN_MS = 5_000;
/** What a service does after draining: flush, give its leases up, close. */
const CLOSE_MS_MAX = 10_000;

/** The namespace of the story and of the token that the command line gets. */
export const DEVELOPMENT_NAMESPACE = 'demo';

/** What that token may do: everything, and say when it happened. */
export const DEVELOPMENT_ROLES = ['operator', 'capacity.backdate'] as const;

/** Starts these services, each once, and gives the command line its way to them. */
export const startServices = (names: readonly ServiceName[]): Step => ({
  title: 'services',
  run: async stage => {
    await Promise.all(names.map(name => startOne(stage, name)));
    assert(stage.identity !== undefined, 'the identity comes before the services');
    const token = await stage.identity.signToken({ subject: 'developer', namespace: DEVELOPMENT_NAMESPACE, roles: DEVELOPMENT_ROLES });
    await writeContext(stage.launch, { addresses: stage.addresses, namespace: DEVELOPMENT_NAMESPACE, token });
  },
});

export const servicesStep = startServices(SERVICES);

const startOne = async (stage: Stage, name: ServiceName): Promise<void> => {
  const [port] = await freePorts(1);
  const address = `127.0.0.1:${String(port)}`;
  const service = await startService(stage.launch, {
    name,
    replica: 1,
    environment: {
      ...stage.variables,
      DRAWDOWN_ENVIRONMENT: 'development',
      DRAWDOWN_PREFIX: DEPLOYMENT,
      DRAWDOWN_MONGODB_DATABASE: DEPLOYMENT,
      DRAWDOWN_GRPC_HOST: '127.0.0.1',
      DRAWDOWN_GRPC_PORT: String(port),
      DRAWDOWN_DRAIN_MS: String(DRAIN_MS),
    },
    ready: () => probeGrpcHealth(address),
    stopMsMax: DRAIN_MS + CLOSE_MS_MAX,
  });
  stage.addresses.set(name, address);
  stage.failures.push(service.failed);
  stage.launch.say(`${name}: gRPC at ${address}, log in ${service.log}`);
};
