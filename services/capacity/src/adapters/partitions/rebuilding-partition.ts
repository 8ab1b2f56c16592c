import { PartitionReader, type Lease } from '@drawdown/partitions';
import type { ReadModel } from '@drawdown/projections';
import { PartitionFold } from '../../application/partition/partition-fold.js';
import { decodeMessage, type Recorded } from '../../application/partition/recorded.js';
import { openStore } from './capacity-partition.js';
import { CONTEXT, inputsOf, type Platform } from './platform.js';

/** Folds one partition into the next generation beside its reader, from the beginning and then on, until the generation is read itself. */
export class RebuildingPartition {
  #reader: PartitionReader<Recorded | undefined> | undefined;

  constructor(
    private readonly platform: Platform,
    private readonly lease: Lease,
    private readonly next: ReadModel,
  ) {}

  async start(): Promise<void> {
    const { platform, lease, next } = this;
    const { nats, prefix, subjects, logs, isSetAside } = platform;
    const fold = new PartitionFold({ store: await openStore(platform, lease, next), logs, isHeld: () => lease.isHeld() });
    this.#reader = new PartitionReader<Recorded | undefined>({
      nats,
      prefix,
      service: CONTEXT,
      partition: lease.partition,
      inputs: inputsOf(subjects),
      isSetAside,
      isHeld: () => lease.isHeld(),
      processor: {
        // Dead letters were copied by the reader of the present generation.
        decode: message => {
          const decoded = decodeMessage(subjects, logs, message);
          return { ok: true, value: decoded.ok ? decoded.value : undefined };
        },
        apply: batch => fold.apply(batch),
      },
    });
    await this.#reader.start({ capacity: fold.sequence });
    await this.#reader.caughtUp();
    await fold.markFolded();
  }

  async stop(): Promise<void> {
    await this.#reader?.stop();
  }
}
