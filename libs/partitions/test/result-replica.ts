import { ServerClock, Subjects } from '@drawdown/eventlog';
import { DEFAULT_READ_LIMITS, PartitionHost, type LeaseTimes, type PartitionObserver } from '@drawdown/partitions';
import type { NatsConnection } from '@nats-io/transport-node';
import { ResultProcessor, ResultStream, type ResultHooks } from './result-stream.js';

export interface ResultReplica {
  readonly prefix: string;
  readonly name: string;
  readonly leaseTimes: LeaseTimes;
  readonly hooks?: ResultHooks;
  readonly observer?: PartitionObserver;
}

/** The replica that runs in child processes and, to meet them, in the test itself. */
export const startResultReplica = async (nats: NatsConnection, replica: ResultReplica): Promise<PartitionHost<string>> => {
  const { prefix, name, leaseTimes, hooks = {}, observer = {} } = replica;
  const store = await ResultStream.open(nats, prefix);
  const subjects = new Subjects(prefix);
  const host = new PartitionHost<string>({
    nats,
    prefix,
    context: 'tested',
    replica: name,
    inputs: [{ stream: 'usage', filters: partition => subjects.filters('usage', partition) }],
    processorFor: (_, lease) => new ResultProcessor(store, name, lease, hooks),
    isSetAside: () => false,
    clock: new ServerClock(() => performance.now()),
    leaseTimes,
    readLimits: { ...DEFAULT_READ_LIMITS, retryMinMs: 5, retryMaxMs: 50 },
    observer,
  });
  await host.start();
  return host;
};
