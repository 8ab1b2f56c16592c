import { connect } from '@nats-io/transport-node';
import { provision } from '@drawdown/eventlog';
import type { Step } from './step.js';

/** The prefix of everything in NATS, and the database in MongoDB; services have the same default. */
export const DEPLOYMENT = 'drawdown';

/** Makes the streams and buckets, which services only check. Indexes belong to the services' own documents. */
export const provisionStep: Step = {
  title: 'streams',
  run: async ({ launch, variables }) => {
    const nats = await connect({ servers: variables['DRAWDOWN_NATS_URL'] ?? '', name: 'drawdown provisioning' });
    try {
      const incarnations = await provision(nats, { prefix: DEPLOYMENT });
      launch.say(`Streams: ${Object.keys(incarnations.streams).join(', ')}`);
    } finally {
      await nats.close();
    }
  },
};
