import type { Watermark } from '@drawdown/projections';
import { formatQuantity, parseQuantity } from '@drawdown/quantity';
import { customerId } from '../../application/accounts/accounts.js';
import { usageDayId } from '../../application/accounts/account.js';
import type { AccountImage, GrantImage, OwnerWatermark, StoredAccount } from '../../application/accounts/account-store.js';
import { UsageDay } from '../../application/accounts/usage-day.js';
import type { BalanceReading, LedgerEntitlement, LedgerGrant } from '../../domain/index.js';
import { entitlementFromJson, entitlementToJson, grantFromJson, grantToJson, resetFromJson, resetToJson } from '../wire/ledger-json.js';
import type { BalanceDocument, CustomerDocument, EntitlementDocument, GrantDocument, UsageMinutesDocument } from './documents.js';

/** `folded` is 1 once the documents had all that the streams held; as a number it is guarded like a sequence and never falls back. */
export const toDbWatermark = ({ usage, entitlements, isFolded }: OwnerWatermark): Watermark => ({
  sequences: { usage, entitlements, folded: isFolded ? 1 : 0 },
});

export const fromDbWatermark = (stored: Watermark | undefined): OwnerWatermark => ({
  usage: stored?.sequences.usage ?? 0,
  entitlements: stored?.sequences.entitlements ?? 0,
  isFolded: stored?.sequences.folded === 1,
});

export const toDbCustomer = (partition: number, image: AccountImage): CustomerDocument => ({
  _id: customerId(image.key),
  partition,
  ...image.key,
  usageSequence: image.usageSequence,
  entitlementSequence: image.ledgerSequence,
  ...(image.lastUsageMs === 0 ? {} : { lastUsageAt: new Date(image.lastUsageMs) }),
  ...(image.customer.changedAt === 0 ? {} : { changedAt: new Date(image.customer.changedAt) }),
  entitlements: image.customer.entitlements.map(entitlement => toDbEntitlement(entitlement, image.readings.get(entitlement.id))),
});

/** Puts a customer together with its grants, in the order of their creation, which is that of the ledger. */
export const fromDbCustomer = (document: CustomerDocument, grants: readonly GrantDocument[]): StoredAccount => ({
  key: { namespace: document.namespace, customer: document.customer },
  usageSequence: document.usageSequence,
  lastUsageMs: document.lastUsageAt?.getTime() ?? 0,
  ledgerSequence: document.entitlementSequence,
  customer: {
    changedAt: document.changedAt?.getTime() ?? 0,
    entitlements: document.entitlements.map(entitlement => fromDbEntitlement(entitlement, grants)),
  },
});

const toDbEntitlement = (entitlement: LedgerEntitlement, reading: BalanceReading | undefined): EntitlementDocument => ({
  terms: entitlementToJson(entitlement),
  resets: entitlement.resets.map(resetToJson),
  ...(reading === undefined ? {} : { balance: toDbBalance(reading) }),
});

const fromDbEntitlement = ({ terms, resets }: EntitlementDocument, grants: readonly GrantDocument[]): LedgerEntitlement => ({
  ...entitlementFromJson(terms),
  resets: resets.map(resetFromJson),
  grants: grants.filter(({ entitlementId }) => entitlementId === terms.id).map(({ grant }): LedgerGrant => grantFromJson(grant)),
});

const toDbBalance = (reading: BalanceReading): BalanceDocument => ({
  at: new Date(reading.at),
  balance: formatQuantity(reading.balance),
  usageInPeriod: formatQuantity(reading.usageInPeriod),
  overage: formatQuantity(reading.overage),
  totalAvailable: formatQuantity(reading.totalAvailable),
  startOfPeriod: new Date(reading.startOfPeriod),
  grantBalances: [...reading.grantBalances]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([grantId, balance]) => ({ grantId, balance: formatQuantity(balance) })),
  hasAccess: reading.hasAccess,
});

/** The last instant that a date can hold. */
const LAST_INSTANT_MS = 8_640_000_000_000_000;

export const toDbGrant = (partition: number, image: GrantImage): GrantDocument => ({
  _id: JSON.stringify([image.key.namespace, image.key.customer, image.grant.id]),
  partition,
  ...image.key,
  entitlementId: image.entitlementId,
  featureKey: image.featureKey,
  entitlementSequence: image.ledgerSequence,
  grant: grantToJson(image.grant),
  grantId: image.grant.id,
  createdAt: new Date(image.grant.createdAt),
  updatedAt: new Date(image.updatedAt),
  effectiveAt: new Date(image.grant.effectiveAt),
  expiresAt: new Date(image.grant.expiresAt ?? LAST_INSTANT_MS),
  isDeleted: image.grant.deletedAt !== undefined,
});

export const toDbUsageDay = (partition: number, day: UsageDay): UsageMinutesDocument => ({
  _id: usageDayId(day.key),
  partition,
  ...day.key,
  usageSequence: day.sequence,
  minutes: day.minutes.map(([minute, sum]) => [minute, formatQuantity(sum)]),
  late: day.late.map(({ booking, amount }) => [booking.at, booking.arrivedAt, formatQuantity(amount)]),
});

export const fromDbUsageDay = (document: UsageMinutesDocument): UsageDay => {
  const { namespace, customer, meterKey, group, day } = document;
  return new UsageDay(
    { namespace, customer, meterKey, group, day },
    {
      minutes: new Map(document.minutes.map(([minute, sum]) => [minute, parseQuantity(sum)])),
      late: document.late.map(([at, arrivedAt, sum]) => ({ booking: { at, arrivedAt }, amount: parseQuantity(sum) })),
      sequence: document.usageSequence,
    },
  );
};
