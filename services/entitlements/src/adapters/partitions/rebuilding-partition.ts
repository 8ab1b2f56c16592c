import { PartitionReader, type Lease } from '@drawdown/partitions';
import type { ReadModel } from '@drawdown/projections';
import { decodeInput, type Input } from '../../application/partition/input.js';
import type { PartitionOwner } from '../../application/partition/partition-owner.js';
import { openOwner } from './open-owner.js';
import { CONTEXT, inputsOf, type Platform } from './platform.js';
import { usageHistory } from './history.js';

export interface RebuildingPartitionOptions {
  readonly platform: Platform;
  readonly lease: Lease;
  readonly next: ReadModel;
  /** Resolves when the partition's reader has stored this message; the fold stays behind it, so that what is announced is announced there. */
  readonly reached: (stream: 'usage' | 'entitlements', sequence: number) => Promise<void>;
}

/** Folds one partition into the next generation beside its reader, from the beginning and then on, until the generation is read itself. */
export class RebuildingPartition {
  #reader: PartitionReader<Input | undefined> | undefined;

  constructor(private readonly options: RebuildingPartitionOptions) {}

  async start(): Promise<void> {
    const { platform, lease, next } = this.options;
    const owner = await openOwner({ platform, readModel: next, lease, announcedThrough: () => Number.POSITIVE_INFINITY });
    for (const { namespace, meter } of platform.catalog.allMeters()) {
      await owner.takeUpMeter(namespace, meter, usageHistory(platform, lease.partition));
    }
    this.#reader = this.#readerFor(owner);
    await this.#reader.start({ usage: owner.usageSequence, entitlements: owner.ledgerSequence });
    await this.#reader.caughtUp();
    await owner.markFolded();
  }

  async stop(): Promise<void> {
    await this.#reader?.stop();
  }

  #readerFor(owner: PartitionOwner): PartitionReader<Input | undefined> {
    const { platform, lease, reached } = this.options;
    const { nats, prefix, subjects, ledger, catalog } = platform;
    return new PartitionReader<Input | undefined>({
      nats,
      prefix,
      service: CONTEXT,
      partition: lease.partition,
      inputs: inputsOf(subjects),
      isSetAside: (stream, sequence) => catalog.isSetAside(stream, sequence),
      isHeld: () => lease.isHeld(),
      processor: {
        // Dead letters were copied by the reader that this one follows.
        decode: message => {
          const decoded = decodeInput(subjects, ledger, message);
          return { ok: true, value: decoded.ok ? decoded.value : undefined };
        },
        apply: async batch => {
          const last = batch.at(-1)?.message;
          if (last?.stream === 'usage' || last?.stream === 'entitlements') await reached(last.stream, last.sequence);
          await owner.apply(batch);
        },
      },
    });
  }
}
