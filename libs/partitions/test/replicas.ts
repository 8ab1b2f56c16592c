import { ServerClock } from '@drawdown/eventlog';
import { PartitionHost, type PartitionHostOptions } from '@drawdown/partitions';
import type { NatsConnection } from '@nats-io/transport-node';
import { ALL_PARTITIONS, EAGER_READS, SHORT_LEASES, type Deployment } from './deployment.js';
import { eventually } from './eventually.js';
import { StoringProcessor, type Disturbance, type SequenceStore } from './sequence-store.js';

export interface Replica {
  readonly name: string;
  readonly nats: NatsConnection;
  readonly host: PartitionHost<string>;
  readonly clock: ServerClock;
  /** Ends without a word, as a killed process does: its leases are left to expire. */
  kill(): Promise<void>;
}

export type ReplicaOptions = Partial<PartitionHostOptions<string>> & { readonly disturbance?: Disturbance };

/** A host with a connection of its own, writing to a store that all replicas share. */
export const startReplica = async (
  deployment: Deployment,
  name: string,
  store: SequenceStore,
  options: ReplicaOptions = {},
): Promise<Replica> => {
  const { disturbance, ...overrides } = options;
  const nats = await deployment.connect(name);
  const clock = new ServerClock(() => performance.now());
  const host = new PartitionHost<string>({
    nats,
    prefix: deployment.prefix,
    context: 'tested',
    replica: name,
    inputs: [{ stream: 'usage', filters: partition => deployment.subjects.filters('usage', partition) }],
    processorFor: partition => new StoringProcessor(partition, store, name, disturbance),
    isSetAside: () => false,
    clock,
    leaseTimes: SHORT_LEASES,
    readLimits: EAGER_READS,
    ...overrides,
  });
  await host.start();
  return { name, nats, host, clock, kill: () => nats.close() };
};

export const loads = (replicas: readonly Replica[]): number[] =>
  replicas.map(({ host }) => ALL_PARTITIONS.filter(partition => host.owns(partition)).length);

/** Every partition is worked by exactly one of them. */
export const settled = (replicas: readonly Replica[]): Promise<void> =>
  eventually(`64 partitions among ${replicas.map(({ name }) => name).join(', ')}`, () =>
    ALL_PARTITIONS.every(partition => replicas.filter(({ host }) => host.owns(partition)).length === 1),
  );
