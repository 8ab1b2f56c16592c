import { EntitlementType, LatePolicy, MeasurementStart, type Entitlement as EntitlementMessage, type MeteredConfig } from '@drawdown/proto';
import { formatQuantity, parseQuantity } from '@drawdown/quantity';
import {
  DEFAULT_LATENESS,
  GRANT_PRIORITY_DEFAULT,
  isArchived,
  lastResetOf,
  usagePeriodAt,
  usagePeriodsOf,
  type CatalogEntry,
  type CreateEntitlement,
  type Lateness,
  type LedgerEntitlement,
  type Meter,
} from '../../../domain/index.js';
import { fromApiRecurrence, fromApiTimestamp, toApiRecurrence, toApiTimestamp } from './instants.js';

const SECOND_MS = 1_000;

export interface CatalogLookup {
  readonly feature: CatalogEntry;
  readonly meter: Meter | undefined;
}

export interface NewEntitlementIds {
  readonly entitlementId: string;
  readonly defaultGrantId: string;
}

/** The checked request as the command it asks for. */
export const fromApiEntitlement = (
  ids: NewEntitlementIds,
  message: EntitlementMessage,
  config: MeteredConfig,
  { feature, meter }: CatalogLookup,
): CreateEntitlement => ({
  type: 'create-entitlement',
  ...ids,
  featureKey: message.featureKey,
  feature: feature.feature,
  featureIsArchived: isArchived(feature),
  meter,
  measureUsageFrom: fromApiMeasurementStart(config),
  usagePeriod: fromApiRecurrence(config.usagePeriod ?? { interval: '', anchor: undefined }),
  issueAfterReset:
    config.issueAfterReset === undefined
      ? undefined
      : { amount: parseQuantity(config.issueAfterReset), priority: config.issueAfterResetPriority ?? GRANT_PRIORITY_DEFAULT },
  preserveOverageAtReset: config.preserveOverageAtReset,
  isSoftLimit: config.softLimit,
  lateness: fromApiLateness(config),
  metadata: message.metadata,
});

const fromApiMeasurementStart = ({ measureUsageFrom, measurementStart }: MeteredConfig): CreateEntitlement['measureUsageFrom'] => {
  if (measureUsageFrom !== undefined) return fromApiTimestamp(measureUsageFrom);
  return measurementStart === MeasurementStart.CURRENT_PERIOD ? 'current-period-start' : 'now';
};

const fromApiLateness = ({ lateWindowSeconds, latePolicy }: MeteredConfig): Lateness => ({
  ...DEFAULT_LATENESS,
  ...(lateWindowSeconds === undefined ? {} : { lateWindowMs: lateWindowSeconds * SECOND_MS }),
  beyond: latePolicy === LatePolicy.REJECT ? 'reject' : 'book-now',
});

export const toApiEntitlement = (customer: string, entitlement: LedgerEntitlement, nowMs: number): EntitlementMessage => {
  const period = usagePeriodAt(usagePeriodsOf(entitlement), nowMs);
  return {
    id: entitlement.id,
    customer,
    featureKey: entitlement.featureKey,
    type: EntitlementType.METERED,
    metered: toApiMetered(entitlement),
    metadata: entitlement.metadata,
    activeFrom: toApiTimestamp(entitlement.createdAt),
    activeTo: undefined,
    currentPeriodStart: toApiTimestamp(period.from),
    currentPeriodEnd: toApiTimestamp(period.to),
    lastResetTime: toApiTimestamp(lastResetOf(entitlement)),
    createTime: toApiTimestamp(entitlement.createdAt),
    deleteTime: undefined,
  };
};

const toApiMetered = (entitlement: LedgerEntitlement): MeteredConfig => ({
  measureUsageFrom: toApiTimestamp(entitlement.measureUsageFrom),
  measurementStart: MeasurementStart.UNSPECIFIED,
  usagePeriod: toApiRecurrence(entitlement.usagePeriod),
  issueAfterReset: entitlement.issueAfterReset === undefined ? undefined : formatQuantity(entitlement.issueAfterReset.amount),
  issueAfterResetPriority: entitlement.issueAfterReset?.priority,
  softLimit: entitlement.isSoftLimit,
  preserveOverageAtReset: entitlement.preserveOverageAtReset,
  lateWindowSeconds: entitlement.lateness.lateWindowMs / SECOND_MS,
  latePolicy: entitlement.lateness.beyond === 'reject' ? LatePolicy.REJECT : LatePolicy.BOOK_NOW,
});
