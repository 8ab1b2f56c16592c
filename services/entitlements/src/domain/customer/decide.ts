import { DAY_MS, fixedPartMs, floorToMinute, isOnMinuteGrid, meanLengthMs, periodAt, type InstantMs } from '@drawdown/calendar';
import { Refusal } from '@drawdown/errors';
import { checkGrantAmount, defaultGrant, validateGrant, validateReset, validateVoid } from '../entitlement/accept.js';
import { GRANT_PRIORITY_DEFAULT } from '../grants/grant.js';
import { checkUsagePeriodInterval } from '../periods/usage-periods.js';
import { validation } from '../refuse.js';
import type { CreateEntitlement, CreateGrant, CustomerCommand, ResetUsage, VoidGrant } from './commands.js';
import type { CustomerEvent, EntitlementTerms } from './events.js';
import { findEntitlement, type Customer, type LedgerEntitlement } from './state.js';

/** Longest usage period: a leap year (design §4.9). */
export const USAGE_PERIOD_DAYS_MAX = 366;

/**
 * What a command comes to for a customer at an instant.
 * @throws Refusal with a code of entitlements §14; nothing is recorded then.
 */
export const decideCustomer = (command: CustomerCommand, customer: Customer, now: InstantMs): readonly CustomerEvent[] => {
  switch (command.type) {
    case 'create-entitlement':
      return createEntitlement(command, customer, now);
    case 'create-grant':
      return createGrant(command, customer, now);
    case 'void-grant':
      return voidGrant(command, customer, now);
    case 'reset-usage':
      return resetUsage(command, customer, now);
    case 'announce-correction': {
      const { entitlementId, from, before, after, usageSequence } = command;
      return before === after ? [] : [{ type: 'balance-corrected', entitlementId, from, before, after, usageSequence }];
    }
  }
};

const createEntitlement = (command: CreateEntitlement, customer: Customer, now: InstantMs): readonly CustomerEvent[] => {
  const terms = termsOf(command, now);
  const conflicting = customer.entitlements.find(({ featureKey }) => featureKey === command.featureKey);
  if (conflicting !== undefined) {
    throw new Refusal('ENTITLEMENT_ALREADY_EXISTS', `the customer has an entitlement to ${command.featureKey} already`, {
      featureKey: command.featureKey,
      conflictingId: conflicting.id,
    });
  }
  const created: CustomerEvent = { type: 'entitlement-created', entitlement: terms };
  if (terms.issueAfterReset === undefined) return [created];
  const grant = defaultGrant(
    { ...terms, grants: [], resets: [] },
    { id: command.defaultGrantId, amount: terms.issueAfterReset.amount, priority: terms.issueAfterReset.priority, createdAt: now },
  );
  return [created, { type: 'grant-created', entitlementId: terms.id, grant: { ...grant, metadata: {}, isDefault: true } }];
};

const termsOf = (command: CreateEntitlement, now: InstantMs): EntitlementTerms => {
  const meter = meterOf(command);
  const usagePeriod = { interval: command.usagePeriod.interval, anchor: floorToMinute(command.usagePeriod.anchor ?? now) };
  checkUsagePeriod(usagePeriod.interval);
  return {
    id: command.entitlementId,
    featureKey: command.featureKey,
    meter,
    groupFilters: command.feature?.groupFilters ?? {},
    lateness: command.lateness,
    issueAfterReset: command.issueAfterReset,
    metadata: command.metadata,
    createdAt: now,
    measureUsageFrom: measurementStart(command, usagePeriod, now),
    usagePeriod,
    preserveOverageAtReset: command.preserveOverageAtReset,
    isSoftLimit: command.isSoftLimit,
  };
};

const meterOf = ({ feature, featureKey, featureIsArchived, meter }: CreateEntitlement): EntitlementTerms['meter'] => {
  if (feature === undefined) throw new Refusal('NOT_FOUND', `there is no feature ${featureKey}`, { kind: 'feature', id: featureKey });
  if (featureIsArchived) throw new Refusal('INVALID_FEATURE', `feature ${featureKey} is archived`, { rule: 'archived', featureKey });
  if (meter === undefined) {
    throw new Refusal('INVALID_FEATURE', `feature ${featureKey} has no meter, which a metered entitlement needs`, {
      rule: 'no_meter',
      featureKey,
    });
  }
  return meter;
};

const checkUsagePeriod = (interval: CreateEntitlement['usagePeriod']['interval']): void => {
  checkUsagePeriodInterval({ interval, anchor: 0 });
  if (meanLengthMs(interval) > USAGE_PERIOD_DAYS_MAX * DAY_MS) {
    throw validation('usage_period_too_long', `a usage period is at most ${USAGE_PERIOD_DAYS_MAX} days long`, {}, 'usage_period.interval');
  }
  if (!isOnMinuteGrid(fixedPartMs(interval)))
    throw validation('usage_period_off_grid', 'a usage period starts at whole minutes', {}, 'usage_period.interval');
};

const measurementStart = (
  { measureUsageFrom }: CreateEntitlement,
  usagePeriod: EntitlementTerms['usagePeriod'],
  now: InstantMs,
): InstantMs => {
  switch (measureUsageFrom) {
    case 'now':
      return floorToMinute(now);
    case 'current-period-start':
      return periodAt(usagePeriod, now).from;
    default:
      return floorToMinute(measureUsageFrom);
  }
};

/** The checks come in the order of entitlements §10.1. */
const createGrant = (command: CreateGrant, customer: Customer, now: InstantMs): readonly CustomerEvent[] => {
  const { grantId, amount, priority = GRANT_PRIORITY_DEFAULT, expiration, recurrence, metadata } = command;
  const { resetMaxRollover, resetMinRollover } = command;
  checkGrantAmount(amount);
  const effectiveAt = requireEffectiveAt(command);
  const entitlement = requireEntitlement(customer, command.entitlement);
  const draft = { id: grantId, amount, priority, effectiveAt, expiration, recurrence, resetMaxRollover, resetMinRollover, createdAt: now };
  const grant = validateGrant(entitlement, draft, now);
  return [{ type: 'grant-created', entitlementId: entitlement.id, grant: { ...grant, metadata, isDefault: false } }];
};

const requireEffectiveAt = ({ effectiveAt }: CreateGrant): InstantMs => {
  if (effectiveAt !== undefined) return effectiveAt;
  const message = 'a grant needs the time from which on it pays';
  throw new Refusal('GRANT_EFFECTIVE_AT_MUST_BE_SET', message, {}, [{ field: 'effective_at', description: message }]);
};

const voidGrant = (command: VoidGrant, customer: Customer, now: InstantMs): readonly CustomerEvent[] => {
  const owner = customer.entitlements.find(({ grants }) => grants.some(({ id }) => id === command.grantId));
  if (owner === undefined) throw notFound('grant', command.grantId);
  return [
    {
      type: 'grant-voided',
      entitlementId: owner.id,
      grantId: command.grantId,
      at: validateVoid(owner, command.grantId, command.at ?? now, now),
    },
  ];
};

const resetUsage = (command: ResetUsage, customer: Customer, now: InstantMs): readonly CustomerEvent[] => {
  const entitlement = requireEntitlement(customer, command.entitlement);
  const { at = now, retainAnchor, preserveOverage } = command;
  return [
    { type: 'usage-reset', entitlementId: entitlement.id, reset: validateReset(entitlement, { at, retainAnchor, preserveOverage }, now) },
  ];
};

/** @throws Refusal `NOT_FOUND` */
export const requireEntitlement = (customer: Customer, idOrFeatureKey: string): LedgerEntitlement => {
  const entitlement = findEntitlement(customer, idOrFeatureKey);
  if (entitlement === undefined) throw notFound('entitlement', idOrFeatureKey);
  return entitlement;
};

const notFound = (kind: string, id: string): Refusal => new Refusal('NOT_FOUND', `there is no ${kind} ${id}`, { kind, id });
