import type { InstantMs } from '@drawdown/calendar';
import { countedAt, MinuteSums, WarmBalance, type LedgerEntitlement, type LedgerGrant, type UsageSums } from '../../domain/index.js';
import type { UsageEntry } from './account.js';

/** What one entitlement counts of its customer's usage, and its balance kept warm once somebody has asked for it. */
export class EntitlementUsage {
  readonly #sums = new MinuteSums();
  #warm: WarmBalance | undefined;
  #terms: LedgerEntitlement | undefined;

  get sums(): UsageSums {
    return this.#sums;
  }

  /** Counts an entry if it is of this entitlement's meter and groups. */
  add(entitlement: LedgerEntitlement, entry: UsageEntry): void {
    if (!counts(entitlement, entry)) return;
    const at = countedAt(entry.booking, entitlement.lateness);
    if (at === undefined) return;
    if (this.#warm === undefined) this.#sums.add(at, entry.amount);
    else this.#warm.record(at, entry.amount);
  }

  /** The balance with every boundary up to the minute of `now` crossed; `now` is not before the start of measurement. */
  balanceAt(entitlement: LedgerEntitlement, now: InstantMs): WarmBalance {
    this.#warm ??= new WarmBalance(entitlement, this.#sums, now);
    // Terms are never edited in place: the same terms are the same object.
    if (this.#terms !== undefined && this.#terms !== entitlement) this.#warm.change(entitlement, firstDifference(this.#terms, entitlement));
    this.#terms = entitlement;
    this.#warm.advance(now);
    return this.#warm;
  }
}

/** Whether an entry is of the entitlement's meter, with group values that its feature counts (entitlements §13.3). */
const counts = (entitlement: LedgerEntitlement, { meterKey, group }: UsageEntry): boolean =>
  entitlement.meter.key === meterKey && passesFilters(entitlement, group);

const passesFilters = ({ meter, groupFilters }: LedgerEntitlement, group: string): boolean => {
  const filtered = Object.entries(groupFilters);
  if (filtered.length === 0) return true;
  const values = JSON.parse(group) as readonly string[];
  const names = Object.keys(meter.groupBy).sort();
  return filtered.every(([name, allowed]) => allowed.includes(values[names.indexOf(name)] ?? ''));
};

/** Nothing before this instant is different: where a grant begins or was voided, or a reset was made. */
const firstDifference = (before: LedgerEntitlement, after: LedgerEntitlement): InstantMs => {
  const known = new Map(before.grants.map(grant => [grant.id, grant]));
  const grants = after.grants.filter(grant => known.get(grant.id) !== grant).map(grant => changedFrom(known.get(grant.id), grant));
  const resets = after.resets.slice(before.resets.length).map(({ at }) => at);
  return Math.min(...grants, ...resets);
};

const changedFrom = (before: LedgerGrant | undefined, after: LedgerGrant): InstantMs =>
  before === undefined || after.voidedAt === undefined ? after.effectiveAt : Math.min(after.voidedAt, before.voidedAt ?? after.voidedAt);
