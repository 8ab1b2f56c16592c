import { formatInstant, formatInterval, parseInstant, parseInterval, type InstantMs, type Recurrence } from '@drawdown/calendar';
import { formatQuantity, parseQuantity } from '@drawdown/quantity';
import type { EntitlementTerms, Lateness, LedgerGrant, Meter, UsageReset } from '../../domain/index.js';

/*
 * How grants, entitlements and resets stand in events and documents: quantities as decimal strings, instants as RFC 3339 in UTC, intervals as
 * ISO-8601 periods; what is absent is left out. Maps with keys of users' choosing are lists of pairs, because a document store gives `.` and
 * `$` in names a meaning of its own.
 */

export interface RecurrenceJson {
  readonly interval: string;
  readonly anchor: string;
}

export interface GrantJson {
  readonly id: string;
  readonly amount: string;
  readonly priority: number;
  readonly effectiveAt: string;
  readonly expiresAt?: string;
  readonly voidedAt?: string;
  readonly deletedAt?: string;
  readonly resetMaxRollover: string;
  readonly resetMinRollover: string;
  readonly recurrence?: RecurrenceJson;
  readonly createdAt: string;
  readonly metadata: Pairs<string>;
  readonly isDefault: boolean;
}

export interface ResetJson extends RecurrenceJson {
  readonly at: string;
  readonly preserveOverage: boolean;
}

export interface MeterJson {
  readonly key: string;
  readonly eventType: string;
  readonly aggregation: Meter['aggregation'];
  readonly valuePath?: string;
  readonly groupBy: Pairs<string>;
}

export interface EntitlementJson {
  readonly id: string;
  readonly featureKey: string;
  readonly meter: MeterJson;
  readonly groupFilters: Pairs<readonly string[]>;
  readonly lateness: Lateness;
  readonly issueAfterReset?: { readonly amount: string; readonly priority: number };
  readonly metadata: Pairs<string>;
  readonly createdAt: string;
  readonly measureUsageFrom: string;
  readonly usagePeriod: RecurrenceJson;
  readonly preserveOverageAtReset: boolean;
  readonly isSoftLimit: boolean;
}

type Pairs<V> = readonly (readonly [key: string, value: V])[];

/** Sorted by key, so that the same map always gives the same bytes. */
export const toPairs = <V>(map: Readonly<Record<string, V>>): Pairs<V> =>
  Object.entries(map).sort(([left], [right]) => (left < right ? -1 : 1));

export const fromPairs = <V>(pairs: Pairs<V>): Readonly<Record<string, V>> => Object.fromEntries(pairs);

const recurrenceToJson = ({ interval, anchor }: Recurrence): RecurrenceJson => ({
  interval: formatInterval(interval),
  anchor: formatInstant(anchor),
});

const recurrenceFromJson = ({ interval, anchor }: RecurrenceJson): Recurrence => ({
  interval: parseInterval(interval),
  anchor: parseInstant(anchor),
});

export const grantToJson = (grant: LedgerGrant): GrantJson => ({
  id: grant.id,
  amount: formatQuantity(grant.amount),
  priority: grant.priority,
  effectiveAt: formatInstant(grant.effectiveAt),
  ...instant('expiresAt', grant.expiresAt),
  ...instant('voidedAt', grant.voidedAt),
  ...instant('deletedAt', grant.deletedAt),
  resetMaxRollover: formatQuantity(grant.resetMaxRollover),
  resetMinRollover: formatQuantity(grant.resetMinRollover),
  ...(grant.recurrence === undefined ? {} : { recurrence: recurrenceToJson(grant.recurrence) }),
  createdAt: formatInstant(grant.createdAt),
  metadata: toPairs(grant.metadata),
  isDefault: grant.isDefault,
});

export const grantFromJson = (json: GrantJson): LedgerGrant => ({
  id: json.id,
  amount: parseQuantity(json.amount),
  priority: json.priority,
  effectiveAt: parseInstant(json.effectiveAt),
  expiresAt: parseIfPresent(json.expiresAt),
  voidedAt: parseIfPresent(json.voidedAt),
  deletedAt: parseIfPresent(json.deletedAt),
  resetMaxRollover: parseQuantity(json.resetMaxRollover),
  resetMinRollover: parseQuantity(json.resetMinRollover),
  recurrence: json.recurrence === undefined ? undefined : recurrenceFromJson(json.recurrence),
  createdAt: parseInstant(json.createdAt),
  metadata: fromPairs(json.metadata),
  isDefault: json.isDefault,
});

export const resetToJson = (reset: UsageReset): ResetJson => ({
  at: formatInstant(reset.at),
  ...recurrenceToJson(reset),
  preserveOverage: reset.preserveOverage,
});

export const resetFromJson = (json: ResetJson): UsageReset => ({
  at: parseInstant(json.at),
  ...recurrenceFromJson(json),
  preserveOverage: json.preserveOverage,
});

export const meterToJson = (meter: Meter): MeterJson => ({
  key: meter.key,
  eventType: meter.eventType,
  aggregation: meter.aggregation,
  ...(meter.valuePath === undefined ? {} : { valuePath: meter.valuePath }),
  groupBy: toPairs(meter.groupBy),
});

export const meterFromJson = (json: MeterJson): Meter => ({
  key: json.key,
  eventType: json.eventType,
  aggregation: json.aggregation,
  ...(json.valuePath === undefined ? {} : { valuePath: json.valuePath }),
  groupBy: fromPairs(json.groupBy),
});

export const entitlementToJson = (terms: EntitlementTerms): EntitlementJson => ({
  id: terms.id,
  featureKey: terms.featureKey,
  meter: meterToJson(terms.meter),
  groupFilters: toPairs(terms.groupFilters),
  lateness: terms.lateness,
  ...(terms.issueAfterReset === undefined
    ? {}
    : { issueAfterReset: { amount: formatQuantity(terms.issueAfterReset.amount), priority: terms.issueAfterReset.priority } }),
  metadata: toPairs(terms.metadata),
  createdAt: formatInstant(terms.createdAt),
  measureUsageFrom: formatInstant(terms.measureUsageFrom),
  usagePeriod: recurrenceToJson(terms.usagePeriod),
  preserveOverageAtReset: terms.preserveOverageAtReset,
  isSoftLimit: terms.isSoftLimit,
});

export const entitlementFromJson = (json: EntitlementJson): EntitlementTerms => ({
  id: json.id,
  featureKey: json.featureKey,
  meter: meterFromJson(json.meter),
  groupFilters: fromPairs(json.groupFilters),
  lateness: json.lateness,
  issueAfterReset:
    json.issueAfterReset === undefined
      ? undefined
      : { amount: parseQuantity(json.issueAfterReset.amount), priority: json.issueAfterReset.priority },
  metadata: fromPairs(json.metadata),
  createdAt: parseInstant(json.createdAt),
  measureUsageFrom: parseInstant(json.measureUsageFrom),
  usagePeriod: recurrenceFromJson(json.usagePeriod),
  preserveOverageAtReset: json.preserveOverageAtReset,
  isSoftLimit: json.isSoftLimit,
});

const instant = <K extends string>(name: K, value: InstantMs | undefined): Partial<Record<K, string>> =>
  value === undefined ? {} : ({ [name]: formatInstant(value) } as Partial<Record<K, string>>);

const parseIfPresent = (text: string | undefined): InstantMs | undefined => (text === undefined ? undefined : parseInstant(text));
