import { PartitionReader } from '@drawdown/partitions';
import { decodeInput, type Input } from '../../application/partition/input.js';
import type { ReadUsage } from '../../application/partition/partition-owner.js';
import type { StoredMessage } from '@drawdown/eventlog';
import { CONTEXT, inputsOf, type Platform } from './platform.js';

export interface HistoryBatch {
  readonly message: StoredMessage;
  readonly value: Input | undefined;
}

/** Reads one input of a partition from its beginning up to a message, in order; dead letters were copied when they were first read. */
export const readHistory = async (
  platform: Platform,
  partition: number,
  stream: 'usage' | 'entitlements',
  throughSequence: number,
  apply: (batch: readonly HistoryBatch[]) => Promise<void>,
): Promise<void> => {
  if (throughSequence === 0) return;
  const { nats, prefix, subjects, ledger, catalog } = platform;
  const reader = new PartitionReader<Input | undefined>({
    nats,
    prefix,
    service: CONTEXT,
    partition,
    inputs: inputsOf(subjects).filter(input => input.stream === stream),
    isSetAside: (of, sequence) => catalog.isSetAside(of, sequence),
    processor: {
      decode: message => {
        const decoded = decodeInput(subjects, ledger, message);
        return { ok: true, value: decoded.ok ? decoded.value : undefined };
      },
      apply: batch => apply(batch.filter(({ message }) => message.sequence <= throughSequence)),
    },
  });
  await reader.start({});
  try {
    await reader.reached(stream, throughSequence);
  } finally {
    await reader.stop();
  }
};

/** A partition's usage, for counting a new meter. */
export const usageHistory =
  (platform: Platform, partition: number): ReadUsage =>
  (throughSequence, apply) =>
    readHistory(platform, partition, 'usage', throughSequence, async batch => {
      for (const { message, value } of batch) if (value?.kind === 'usage') await apply(message, value.usage);
    });
