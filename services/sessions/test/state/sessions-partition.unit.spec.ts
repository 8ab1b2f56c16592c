import type { Delivery, Lease } from '@drawdown/partitions';
import { SessionsPartition } from '../../src/adapters/partitions/sessions-partition.js';
import { SourceIngest } from '../../src/application/ingest/source-ingest.js';
import type { SourceMessage } from '../../src/application/ingest/source-message.js';
import { NO_POSITION, type SourcePosition } from '../../src/application/ingest/source-positions.js';
import type { IngestReply } from '../../src/application/store/session-store.js';

const SOURCE = 7;
const APPLIED: IngestReply = { kind: 'applied', results: [], merges: 0, opened: 0 };
const LOST: IngestReply = { kind: 'state_lost', at: null };

const lease: Lease = { partition: SOURCE, epoch: 1, incarnation: 'i', isHeld: () => true };

const ping = (sequence: number): Delivery<SourceMessage> => ({
  message: { stream: 'hits', subject: 's', sequence, timeMs: 1_000, headers: new Map(), data: new Uint8Array() },
  value: { kind: 'ping' },
});

/** A partition over ports that say what a test wants; what it did is in `done`. */
const partitionOver = ({
  replies = [],
  isRebuilding = false,
}: {
  readonly replies?: readonly IngestReply[];
  readonly isRebuilding?: boolean;
}) => {
  const done: string[] = [];
  const left = [...replies];
  let noted: SourcePosition = NO_POSITION;
  const partition = new SessionsPartition({
    lease,
    store: { positions: async () => new Map(), isRebuilding: async () => isRebuilding },
    positions: {
      read: async () => noted,
      write: async (_source, position) => {
        noted = { ...position, isOutdated: false };
        done.push(`noted ${position.brought.get(SOURCE) ?? 0}`);
      },
    },
    decode: () => ({ ok: true, value: { kind: 'ping' } }),
    ingestFrom: brought =>
      new SourceIngest({
        source: SOURCE,
        epoch: 1,
        tickMs: 1_000,
        store: { ingest: async () => left.shift() ?? APPLIED },
        properties: { get: () => undefined, current: async () => undefined, propertyStates: () => [] },
        refused: { keep: async () => undefined },
        observer: {
          onHit: () => undefined,
          onRefused: () => undefined,
          onCall: () => undefined,
          onMerges: () => undefined,
          onOpened: () => undefined,
        },
        toRecord: () => {
          throw new Error('there are no hits');
        },
        stateOf: () => SOURCE,
        brought,
      }),
    rebuild: async () => void done.push('rebuilt'),
    answerLoss: async (state, { expected }) => void done.push(`lost ${state} from ${expected}`),
    publishPing: async () => 0,
    companions: [],
    serve: async () => new Uint8Array(),
    onTrouble: () => undefined,
  });
  return { partition, done };
};

describe('a partition of the sessions service', () => {
  it('notes its position with the first batch, so that a loss right after it is noticed', async () => {
    const { partition, done } = partitionOver({});
    await partition.open();
    await partition.apply([ping(3)]);
    expect(done).toEqual(['noted 3']);
    await partition.close();
  });

  it('applies a batch again at once when what was lost is whole again', async () => {
    const { partition, done } = partitionOver({ replies: [LOST, LOST] });
    await partition.open();
    await partition.apply([ping(3)]);
    expect(done).toEqual(['lost 7 from 0', 'lost 7 from 0', 'noted 3']);
    await partition.close();
  });

  it('does not ask for ever: a store that stays lost makes the batch wait', async () => {
    const { partition } = partitionOver({ replies: Array.from({ length: 1_000 }, () => LOST) });
    await partition.open();
    await expect(partition.apply([ping(3)])).rejects.toMatchObject({ reason: 'STATE_LOST' });
    await partition.close();
  });

  it('begins a rebuild again that its former owner did not end', async () => {
    const { partition, done } = partitionOver({ isRebuilding: true });
    await partition.open();
    expect(done).toEqual(['rebuilt']);
    await partition.close();
  });
});
