import { PartitionReader } from '@drawdown/partitions';
import { decodeInput } from '../../application/partition/input.js';
import type { ReadUsage } from '../../application/partition/partition-owner.js';
import { CONTEXT, inputsOf, type Platform } from './platform.js';

/** Reads one partition's usage from the beginning of the stream; its dead letters were copied when they were first read. */
export const usageHistory =
  (platform: Platform, partition: number): ReadUsage =>
  async (throughSequence, apply) => {
    if (throughSequence === 0) return;
    const { nats, prefix, subjects, ledger, catalog } = platform;
    const reader = new PartitionReader({
      nats,
      prefix,
      service: CONTEXT,
      partition,
      inputs: inputsOf(subjects).filter(({ stream }) => stream === 'usage'),
      isSetAside: (stream, sequence) => catalog.isSetAside(stream, sequence),
      processor: {
        decode: message => {
          const decoded = decodeInput(subjects, ledger, message);
          return { ok: true, value: decoded.ok ? decoded.value : undefined };
        },
        apply: async batch => {
          for (const { message, value } of batch) {
            if (message.sequence <= throughSequence && value?.kind === 'usage') await apply(message, value.usage);
          }
        },
      },
    });
    await reader.start({});
    try {
      await reader.reached('usage', throughSequence);
    } finally {
      await reader.stop();
    }
  };
