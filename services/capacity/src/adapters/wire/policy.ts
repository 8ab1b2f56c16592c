import type { AlertThresholds, Policy, TopUpPolicy } from '../../domain/index.js';
import { amount, amounts, perDimension } from './amounts.js';
import { flag, integer, optional, text } from './codec.js';
import { list, map } from './collections.js';
import { record } from './record.js';

/** What a pool's owner has decided about it; in events and in states alike. */
export const policy = record<Policy>({
  graceSeconds: integer,
  suspendsInGrace: flag,
  unfundedCaps: perDimension(optional(amount)),
  alerts: record<AlertThresholds>({ seconds: list(integer), percents: list(integer) }),
  topUp: optional(
    record<TopUpPolicy>({ belowSeconds: integer, amounts, periodSeconds: integer, purchasesPerPeriodMax: integer, balanceMax: amounts }),
  ),
  nodeLimits: map(text, amounts),
  includesFarmNodes: flag,
  lendingLimit: optional(amounts),
});
