import type { Command } from 'commander';
import { registerPoolChanges } from './pool-changes.js';
import { registerPoolForecasts } from './pool-forecasts.js';
import { registerPoolPolicy } from './pool-policy.js';
import { registerPoolPurchases } from './pool-purchases.js';
import { registerPoolReads } from './pool-reads.js';
import { registerPoolTransfers } from './pool-transfers.js';

/** Prepaid pools, drained by the second (capacity §1). */
export const registerPools = (program: Command): void => {
  const pools = program.command('pools').description('prepaid capacity that drains by the second');
  registerPoolPurchases(pools);
  registerPoolReads(pools);
  registerPoolForecasts(pools);
  registerPoolPolicy(pools);
  registerPoolChanges(pools);
  registerPoolTransfers(pools);
};
