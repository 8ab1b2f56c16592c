import { MemoryEventLog, MemoryStorage } from '@drawdown/eventlog';
import type { LogSetup } from './setup.js';
import { tallyRegistry } from './tally.js';

/** One stream in memory. Nothing lies between the log and its caller there, so faults do not happen. */
export const memorySetup = async (): Promise<LogSetup> => {
  const storage = new MemoryStorage();
  let used = 0;
  return {
    open: ({ registry = tallyRegistry() } = {}) => new MemoryEventLog({ registry, stream: 'capacity', nowMs: () => Date.now(), storage }),
    subject: () => `memory.capacity.0.pool.p${(used += 1)}`,
    close: async () => undefined,
  };
};
