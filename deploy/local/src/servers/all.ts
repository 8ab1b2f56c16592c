import type { Launch } from '../launch.js';
import { mongodbServer } from './mongodb.js';
import { startNatsCluster } from './nats-cluster.js';
import { natsServer } from './nats.js';
import { redisServer } from './redis.js';
import { obtainServer } from './server.js';
import type { RunningServer } from './server.js';

export const SERVER_NAMES = ['nats', 'nats-cluster', 'mongodb', 'redis'] as const;
export type ServerName = (typeof SERVER_NAMES)[number];

/** As many as a replicated stream needs at least. */
const CLUSTER_SIZE = 3;

/** Servers that a launch has. */
export interface Servers {
  /** The addresses, for the programs that use the servers. */
  readonly variables: Readonly<Record<string, string>>;
  /** Settles with a sentence when a server of ours ended without being asked. */
  readonly failed: Promise<string>;
}

/** Gets the servers asked for, beside each other. */
export const obtainServers = async (launch: Launch, names: readonly ServerName[]): Promise<Servers> => {
  // The cluster comes after the single server: both need the same program, which is fetched once.
  const first = await Promise.all(names.filter(name => name !== 'nats-cluster').map(name => obtain(launch, name)));
  const servers = names.includes('nats-cluster') ? [...first, await obtain(launch, 'nats-cluster')] : first;
  return {
    variables: Object.assign({}, ...servers.map(({ variables }) => variables)) as Record<string, string>,
    failed: Promise.race(servers.map(({ failed }) => failed)),
  };
};

const obtain = (launch: Launch, name: ServerName): Promise<RunningServer> => {
  switch (name) {
    case 'nats':
      return obtainServer(launch, natsServer(launch));
    case 'nats-cluster':
      return startNatsCluster(launch, CLUSTER_SIZE);
    case 'mongodb':
      return obtainServer(launch, mongodbServer(launch));
    case 'redis':
      return obtainServer(launch, redisServer(launch));
  }
};
