import { nextOccurrence, type InstantMs } from '@drawdown/calendar';
import type { MeteredEntitlement } from '../entitlement/entitlement.js';
import { effectiveEnd } from '../grants/active.js';
import type { Grant } from '../grants/grant.js';
import { nextPeriodStart, usagePeriodsOf } from '../periods/usage-periods.js';

const NEVER = Number.POSITIVE_INFINITY;

const nextGrantChange = (grant: Grant, after: InstantMs): InstantMs => {
  const end = effectiveEnd(grant);
  if (end <= after || end <= grant.effectiveAt) return NEVER;
  if (grant.effectiveAt > after) return grant.effectiveAt;
  if (grant.recurrence === undefined) return end;
  return Math.min(end, nextOccurrence(grant.recurrence, after, 'exclusive'));
};

/**
 * The next instant after `after` at which something other than usage happens: a grant begins, ends or recurs, or usage is reset
 * (entitlements §19.6, §19.9). A grant that is already full still recurs then.
 */
export const nextChangeAt = (entitlement: MeteredEntitlement, after: InstantMs): InstantMs => {
  let next = nextPeriodStart(usagePeriodsOf(entitlement), after);
  for (const grant of entitlement.grants) next = Math.min(next, nextGrantChange(grant, after));
  return next;
};
