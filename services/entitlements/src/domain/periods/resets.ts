import type { InstantMs } from '@drawdown/calendar';
import type { EngineReset, ResetQueue } from '../engine/machine.js';
import type { MeteredEntitlement } from '../entitlement/entitlement.js';
import { nextPeriodStart, usagePeriodsOf } from './usage-periods.js';

/**
 * The resets of an entitlement after an instant, found one at a time and without end: automatic ones follow the entitlement's choice about
 * overage, manual ones their own, and of two at one instant the manual one counts (entitlements §8.2, §18 Q4, Q5).
 */
export const resetsAfter = (entitlement: MeteredEntitlement, after: InstantMs): ResetQueue => {
  const periods = usagePeriodsOf(entitlement);
  const manualChoices = new Map(entitlement.resets.map(reset => [reset.at, reset.preserveOverage]));
  const resetAfter = (instant: InstantMs): EngineReset => {
    const at = nextPeriodStart(periods, instant);
    return { at, preserveOverage: manualChoices.get(at) ?? entitlement.preserveOverageAtReset };
  };
  let next = resetAfter(after);
  return {
    get next() {
      return next;
    },
    take() {
      next = resetAfter(next.at);
    },
  };
};
