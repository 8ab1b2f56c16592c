import { formatInstant, type InstantMs } from '@drawdown/calendar';
import { ZERO } from '@drawdown/quantity';
import { effectiveEnd } from '../grants/active.js';
import type { Grant } from '../grants/grant.js';
import { validation } from '../refuse.js';
import type { EngineReset } from './machine.js';
import type { Snapshot } from './snapshot.js';

/** Ids named in an error; the rest is left out. */
const IDS_SHOWN_MAX = 20;

const checkInstants = (start: InstantMs, until: InstantMs, resets: readonly EngineReset[]): void => {
  if (until < start) {
    throw validation('run_ends_before_start', 'a run cannot end before it starts', {
      start: formatInstant(start),
      until: formatInstant(until),
    });
  }
  for (const { at } of resets) {
    if (start < at && at <= until) continue;
    throw validation('reset_outside_run', `a reset must lie in (start, until], not at ${formatInstant(at)}`, { at: formatInstant(at) });
  }
};

const touches = (grant: Grant, from: InstantMs, to: InstantMs): boolean => grant.effectiveAt <= to && effectiveEnd(grant) >= from;

/**
 * The grants a run is about: those active at any instant of it, touching ends included, and those with a balance (entitlements §6.2).
 * Every one of them needs a balance and every balance a grant: a silent 0 would hide a mistake of the caller.
 */
const requireRelevant = (grants: readonly Grant[], start: Snapshot, until: InstantMs): readonly Grant[] => {
  const relevant = grants.filter(grant => start.balances.has(grant.id) || touches(grant, start.at, until));
  const ids = new Set(relevant.map(grant => grant.id));
  if (ids.size !== relevant.length) throw validation('grant_id_not_unique', 'two grants share an id');
  const unknown = [...start.balances.keys()].filter(id => !ids.has(id));
  const missing = [...ids].filter(id => !start.balances.has(id));
  if (unknown.length === 0 && missing.length === 0) return relevant;
  const shown = (list: readonly string[]): string => list.slice(0, IDS_SHOWN_MAX).join(' ');
  throw validation('balances_not_of_these_grants', 'the balances at the start are not those of the grants', {
    balanceOfUnknownGrant: shown(unknown),
    grantWithoutBalance: shown(missing),
  });
};

/**
 * Input checks of a run, before any usage is asked for; answers the grants it is about (entitlements §6.1).
 * @throws Refusal `VALIDATION`
 */
export const checkRun = (grants: readonly Grant[], start: Snapshot, until: InstantMs, resets: readonly EngineReset[]): readonly Grant[] => {
  checkInstants(start.at, until, resets);
  if (start.totalGrantUsage < ZERO) throw validation('grant_usage_negative', 'grant usage at the start is negative');
  if (start.overage < ZERO) throw validation('overage_negative', 'overage at the start is negative');
  return requireRelevant(grants, start, until);
};
