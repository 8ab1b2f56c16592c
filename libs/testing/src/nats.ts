import { randomBytes } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { provision, wantedStreamNames, type DeploymentOptions, type Incarnations } from '@drawdown/eventlog';

/**
 * A connection to the server that the tests were given; fails, rather than skips, where there is none.
 * @param variable `DRAWDOWN_NATS_CLUSTER_URL` (comma-separated) for what has to be tried on a cluster
 */
export const connectForTest = async (
  variable: 'DRAWDOWN_NATS_URL' | 'DRAWDOWN_NATS_CLUSTER_URL' = 'DRAWDOWN_NATS_URL',
): Promise<NatsConnection> => {
  const servers = process.env[variable];
  if (servers === undefined || servers === '') {
    throw new Error(`${variable} is not set: run the tests with "npm test", which starts the servers and sets it`);
  }
  return connect({ servers: servers.split(','), name: 'test' });
};

/** A prefix of its own for one spec file, so that files run side by side. */
export const testPrefix = (): string => `t${randomBytes(6).toString('hex')}`;

/** The streams of the table that the test needs (@default all), and the buckets, under a prefix of its own. */
export const provisionForTest = async (nats: NatsConnection, options: DeploymentOptions): Promise<Incarnations> => provision(nats, options);

/** Removes what `provisionForTest` made; what is gone already does not matter. */
export const destroyForTest = async (nats: NatsConnection, options: DeploymentOptions): Promise<void> => {
  const manager = await jetstreamManager(nats);
  const present = new Set<string>();
  for await (const name of manager.streams.names()) present.add(name);
  for (const name of wantedStreamNames(options)) {
    if (present.has(name)) await manager.streams.delete(name);
  }
};
