import { formatInstant, type InstantMs } from '@drawdown/calendar';
import { ZERO } from '@drawdown/quantity';
import type { Grant } from '../grants/grant.js';
import { validation } from '../refuse.js';
import type { EngineReset } from './machine.js';
import type { Snapshot } from './snapshot.js';

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

/** Every grant has a balance and every balance a grant: a silent 0 would hide a mistake of the caller. */
const checkBalances = (grants: readonly Grant[], start: Snapshot): void => {
  const known = new Set(grants.map(grant => grant.id));
  if (known.size !== grants.length) throw validation('grant_id_not_unique', 'two grants share an id');
  const matches = start.balances.size === known.size && [...start.balances.keys()].every(id => known.has(id));
  if (matches) return;
  const ids = (list: Iterable<string>): string => [...list].sort().slice(0, 20).join(' ');
  throw validation('balances_not_of_these_grants', 'the balances at the start are not those of the grants', {
    balances: ids(start.balances.keys()),
    grants: ids(known),
  });
};

/**
 * Input checks of a run, before any usage is asked for (entitlements §6.1).
 * @throws Refusal `VALIDATION`
 */
export const checkRun = (grants: readonly Grant[], start: Snapshot, until: InstantMs, resets: readonly EngineReset[]): void => {
  checkInstants(start.at, until, resets);
  if (start.totalGrantUsage < ZERO) throw validation('grant_usage_negative', 'grant usage at the start is negative');
  if (start.overage < ZERO) throw validation('overage_negative', 'overage at the start is negative');
  checkBalances(grants, start);
};
