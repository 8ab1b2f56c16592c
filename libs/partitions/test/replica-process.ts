import { createInterface } from 'node:readline';
import type { LeaseTimes } from '@drawdown/partitions';
import { connect } from '@nats-io/transport-node';
import { startResultReplica } from './result-replica.js';

/** What the process tells its parent, one JSON object a line. */
export type ReplicaReport =
  | { readonly type: 'owns'; readonly partition: number }
  | { readonly type: 'gives'; readonly partition: number }
  | { readonly type: 'holding'; readonly epoch: number; readonly incarnation: string }
  | { readonly type: 'woke'; readonly isHeld: boolean }
  | { readonly type: 'wrote'; readonly isRefused: boolean };

const tell = (report: ReplicaReport): void => {
  process.stdout.write(`${JSON.stringify(report)}\n`);
};

const [url = '', prefix = '', name = '', times = ''] = process.argv.slice(2);
const goOn = new Promise<void>(resolve => {
  createInterface({ input: process.stdin }).on('line', () => resolve());
});

const nats = await connect({ servers: url, name });
const host = await startResultReplica(nats, {
  prefix,
  name,
  leaseTimes: JSON.parse(times) as LeaseTimes,
  hooks: {
    beforeWrite: async (lease, texts) => {
      if (!texts.includes('hold')) return;
      tell({ type: 'holding', epoch: lease.epoch, incarnation: lease.incarnation });
      await goOn;
      tell({ type: 'woke', isHeld: lease.isHeld() });
    },
    // Writes whatever the lease says: the test wants to see the store's guard refuse it.
    written: (_, texts, isRefused) => {
      if (texts.includes('hold')) tell({ type: 'wrote', isRefused });
    },
  },
  observer: {
    ownership: (partition, change) => tell({ type: change === 'acquired' ? 'owns' : 'gives', partition }),
  },
});

process.once('SIGTERM', () => {
  void host
    .drain()
    .then(() => nats.close())
    .then(() => process.exit(0));
});
