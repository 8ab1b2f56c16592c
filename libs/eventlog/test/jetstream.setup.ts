import { jetstream, jetstreamManager, type JetStreamClient } from '@nats-io/jetstream';
import { connectForTest, destroyForTest, provisionForTest, testPrefix } from '@drawdown/testing';
import { JetStreamEventLog, Subjects, streamTable, type DeploymentOptions } from '@drawdown/eventlog';
import type { AppendFault, LogSetup } from './setup.js';
import { tallyRegistry } from './tally.js';

/** A publisher whose messages may get lost on the way to the server, or whose acknowledgements on the way back. */
const faulty = (client: JetStreamClient, fault: () => AppendFault): Pick<JetStreamClient, 'publish'> => ({
  publish: async (...message) => {
    const happens = fault();
    if (happens === 'never arrived') throw new Error('timeout');
    const acknowledged = await client.publish(...message);
    if (happens === 'acknowledgement lost') throw new Error('timeout');
    return acknowledged;
  },
});

/** One capacity stream of its own, on one server or on a cluster of three. */
export const jetStreamSetup = async (variable: 'DRAWDOWN_NATS_URL' | 'DRAWDOWN_NATS_CLUSTER_URL'): Promise<LogSetup> => {
  const nats = await connectForTest(variable);
  const prefix = testPrefix();
  const deployment: DeploymentOptions = { prefix, streams: ['capacity'], replicas: variable === 'DRAWDOWN_NATS_CLUSTER_URL' ? 3 : 1 };
  await provisionForTest(nats, deployment);
  const client = jetstream(nats);
  const manager = await jetstreamManager(nats);
  const stream = streamTable(prefix, deployment).capacity;
  const subjects = new Subjects(prefix);
  let used = 0;
  return {
    open: ({ registry = tallyRegistry(), fault = (): AppendFault => 'none' } = {}) =>
      new JetStreamEventLog({ publisher: faulty(client, fault), manager, stream, registry, messageBytesMax: nats.info?.max_payload ?? 0 }),
    subject: () => subjects.capacity('pool', `p${(used += 1)}`),
    close: async () => {
      await destroyForTest(nats, deployment);
      await nats.drain();
    },
  };
};
