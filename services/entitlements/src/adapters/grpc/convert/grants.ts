import { nextOccurrence, type Expiration } from '@drawdown/calendar';
import { ExpirationUnit, type Grant as GrantMessage } from '@drawdown/proto';
import { formatQuantity, parseQuantity, type Quantity } from '@drawdown/quantity';
import { isActiveAt, type CreateGrant, type LedgerGrant } from '../../../domain/index.js';
import { fromApiRecurrence, fromApiTimestampIfSet, toApiRecurrence, toApiTimestamp, toApiTimestampIfSet } from './instants.js';

const DURATIONS: Readonly<Partial<Record<ExpirationUnit, Expiration['duration']>>> = {
  [ExpirationUnit.HOUR]: 'HOUR',
  [ExpirationUnit.DAY]: 'DAY',
  [ExpirationUnit.WEEK]: 'WEEK',
  [ExpirationUnit.MONTH]: 'MONTH',
  [ExpirationUnit.YEAR]: 'YEAR',
};

/** The checked request as the command it asks for. */
export const fromApiGrant = (grantId: string, message: GrantMessage): CreateGrant => ({
  type: 'create-grant',
  grantId,
  entitlement: message.entitlementId === '' ? message.featureKey : message.entitlementId,
  amount: parseQuantity(message.amount),
  priority: message.priority,
  effectiveAt: fromApiTimestampIfSet(message.effectiveAt),
  expiration: fromApiExpiration(message),
  recurrence: message.recurrence === undefined ? undefined : fromApiRecurrence(message.recurrence),
  resetMaxRollover: quantityIfSet(message.resetMaxRollover),
  resetMinRollover: quantityIfSet(message.resetMinRollover),
  metadata: message.metadata,
});

const fromApiExpiration = ({ expiration }: GrantMessage): Expiration | undefined => {
  const duration = expiration === undefined ? undefined : DURATIONS[expiration.unit];
  return expiration === undefined || duration === undefined ? undefined : { count: expiration.count, duration };
};

const quantityIfSet = (text: string): Quantity | undefined => (text === '' ? undefined : parseQuantity(text));

export interface GrantOwner {
  readonly customer: string;
  readonly entitlementId: string;
  readonly featureKey: string;
}

export const toApiGrant = (owner: GrantOwner, grant: LedgerGrant, nowMs: number, updatedAtMs = grant.createdAt): GrantMessage => ({
  ...owner,
  id: grant.id,
  amount: formatQuantity(grant.amount),
  priority: grant.priority,
  effectiveAt: toApiTimestamp(grant.effectiveAt),
  expiration: undefined,
  expiresAt: toApiTimestampIfSet(grant.expiresAt),
  resetMaxRollover: formatQuantity(grant.resetMaxRollover),
  resetMinRollover: formatQuantity(grant.resetMinRollover),
  recurrence: grant.recurrence === undefined ? undefined : toApiRecurrence(grant.recurrence),
  metadata: grant.metadata,
  annotations: grant.isDefault ? { default: 'true' } : {},
  voidTime: toApiTimestampIfSet(grant.voidedAt),
  deleteTime: toApiTimestampIfSet(grant.deletedAt),
  createTime: toApiTimestamp(grant.createdAt),
  updateTime: toApiTimestamp(updatedAtMs),
  nextRecurrenceTime: toApiTimestampIfSet(nextRecurrenceOf(grant, nowMs)),
});

/** First occurrence from now on at which the grant is active (entitlements §10.3). */
const nextRecurrenceOf = (grant: LedgerGrant, nowMs: number): number | undefined => {
  if (grant.recurrence === undefined) return undefined;
  const next = nextOccurrence(grant.recurrence, Math.max(nowMs, grant.effectiveAt), 'inclusive');
  return isActiveAt(grant, next) ? next : undefined;
};
