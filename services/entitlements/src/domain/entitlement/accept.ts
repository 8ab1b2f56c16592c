import { MINUTE_MS, fixedPartMs, floorToMinute, formatInstant, type InstantMs, type Interval } from '@drawdown/calendar';
import { Refusal } from '@drawdown/errors';
import { formatQuantity, ZERO, type Quantity } from '@drawdown/quantity';
import { newGrant, type Grant, type GrantDraft } from '../grants/grant.js';
import { checkUsagePeriodInterval, entryIndexAt, usagePeriodAt, usagePeriodsOf } from '../periods/usage-periods.js';
import { validation } from '../refuse.js';
import type { MeteredEntitlement, UsageReset } from './entitlement.js';

export const GRANT_PRIORITY_MAX = 255;

/** Start of the usage period that holds `now`. */
export const currentPeriodStart = (entitlement: MeteredEntitlement, now: InstantMs): InstantMs =>
  usagePeriodAt(usagePeriodsOf(entitlement), now).from;

const checkNotBeforePeriod = (entitlement: MeteredEntitlement, at: InstantMs, now: InstantMs, rule: string, field = 'at'): void => {
  const periodStart = currentPeriodStart(entitlement, now);
  if (at >= periodStart) return;
  const message = `${formatInstant(at)} is before the current usage period, which started at ${formatInstant(periodStart)}`;
  throw validation(rule, message, { at: formatInstant(at), periodStart: formatInstant(periodStart) }, field);
};

/** @throws Refusal `GRANT_AMOUNT_MUST_BE_POSITIVE` */
export const checkGrantAmount = (amount: Quantity): void => {
  if (amount > ZERO) return;
  const message = 'the amount of a grant must be positive';
  throw new Refusal('GRANT_AMOUNT_MUST_BE_POSITIVE', message, { amount: formatQuantity(amount) }, [
    { field: 'amount', description: message },
  ]);
};

const checkDraft = (draft: GrantDraft): void => {
  checkGrantAmount(draft.amount);
  const { priority = 0, resetMaxRollover = ZERO, resetMinRollover = ZERO, recurrence } = draft;
  if (!Number.isInteger(priority) || priority < 0 || priority > GRANT_PRIORITY_MAX) {
    throw validation(
      'grant_priority_out_of_range',
      `the priority of a grant is a whole number from 0 to ${GRANT_PRIORITY_MAX}`,
      {},
      'priority',
    );
  }
  if (resetMaxRollover < ZERO)
    throw validation('grant_rollover_negative', 'the maximum rollover of a grant is negative', {}, 'reset_max_rollover');
  if (resetMinRollover < ZERO)
    throw validation('grant_rollover_negative', 'the minimum rollover of a grant is negative', {}, 'reset_min_rollover');
  if (recurrence !== undefined && fixedPartMs(recurrence.interval) % MINUTE_MS !== 0) {
    throw validation('grant_recurrence_off_grid', 'a grant recurs at whole minutes', {}, 'recurrence.interval');
  }
};

/**
 * The grant that a draft becomes now (entitlements §10.1). The future is allowed, the past back to the start of the current usage period.
 * @throws Refusal `GRANT_AMOUNT_MUST_BE_POSITIVE`; `VALIDATION` for anything else that is wrong with it.
 */
export const validateGrant = (entitlement: MeteredEntitlement, draft: GrantDraft, now: InstantMs): Grant => {
  checkDraft(draft);
  if (entitlement.grants.some(grant => grant.id === draft.id)) throw validation('grant_id_exists', `there is a grant ${draft.id} already`);
  const grant = newGrant(draft);
  checkNotBeforePeriod(entitlement, grant.effectiveAt, now, 'grant_before_current_period', 'effective_at');
  return grant;
};

/**
 * The instant, on the minute grid, at which voiding a grant takes effect (entitlements §10.2). What it paid before stays paid.
 * @throws Refusal `NOT_FOUND`; `VALIDATION`: voided already, in the future, before the current usage period.
 */
export const validateVoid = (entitlement: MeteredEntitlement, grantId: string, at: InstantMs, now: InstantMs): InstantMs => {
  const grant = entitlement.grants.find(candidate => candidate.id === grantId);
  if (grant?.deletedAt !== undefined || grant === undefined) {
    throw new Refusal('NOT_FOUND', `there is no grant ${grantId}`, { kind: 'grant', id: grantId });
  }
  if (grant.voidedAt !== undefined) throw validation('grant_already_voided', `grant ${grantId} has been voided already`);
  const voidedAt = floorToMinute(at);
  if (voidedAt > now) throw validation('void_in_future', 'a grant cannot be voided in the future', { at: formatInstant(at) }, 'at');
  checkNotBeforePeriod(entitlement, voidedAt, now, 'void_before_current_period');
  return voidedAt;
};

/** What a manual reset asks for (entitlements §8.3). */
export interface ResetRequest {
  /** Not after `now`. */
  readonly at: InstantMs;
  /** Keep counting periods from the anchor in force. @default false: from the reset */
  readonly retainAnchor?: boolean | undefined;
  /** @default the entitlement's `preserveOverageAtReset` */
  readonly preserveOverage?: boolean | undefined;
  /** Interval of later periods. @default the one in force */
  readonly interval?: Interval | undefined;
}

/** Time of the latest manual reset, otherwise the start of measurement. */
export const lastResetOf = (entitlement: MeteredEntitlement): InstantMs => entitlement.resets.at(-1)?.at ?? entitlement.measureUsageFrom;

/**
 * The reset that a request becomes now. One that falls on an automatic reset is allowed and takes its place.
 * @throws Refusal `VALIDATION`: in the future, before the current usage period, in the minute of the last reset or before it.
 */
export const validateReset = (entitlement: MeteredEntitlement, request: ResetRequest, now: InstantMs): UsageReset => {
  if (request.at > now) throw validation('reset_in_future', 'usage cannot be reset in the future', { at: formatInstant(request.at) }, 'at');
  const at = floorToMinute(request.at);
  checkNotBeforePeriod(entitlement, at, now, 'reset_before_current_period');
  const lastReset = lastResetOf(entitlement);
  if (at === lastReset)
    throw validation('reset_in_minute_of_last', 'usage was reset in this minute already', { at: formatInstant(at) }, 'at');
  if (at < lastReset) throw validation('reset_before_last', 'a later reset exists', { lastReset: formatInstant(lastReset) }, 'at');
  const periods = usagePeriodsOf(entitlement);
  const inForce = periods[entryIndexAt(periods, at)]?.recurrence ?? entitlement.usagePeriod;
  const recurrence = { interval: request.interval ?? inForce.interval, anchor: request.retainAnchor === true ? inForce.anchor : at };
  checkUsagePeriodInterval(recurrence);
  return { at, ...recurrence, preserveOverage: request.preserveOverage ?? entitlement.preserveOverageAtReset };
};

/** Id under which an entitlement's own grant is known when nothing else is given. */
export const DEFAULT_GRANT_ID = 'default';

/**
 * The grant an entitlement is created with: it refills to its amount at each reset (entitlements §11.2). Effective from the start of the
 * usage period that holds `createdAt`, not from the start of measurement.
 */
export const defaultGrant = (
  entitlement: MeteredEntitlement,
  terms: { readonly id: string; readonly amount: Quantity; readonly priority?: number | undefined; readonly createdAt: InstantMs },
): Grant => {
  const draft: GrantDraft = {
    ...terms,
    effectiveAt: currentPeriodStart(entitlement, terms.createdAt),
    resetMaxRollover: terms.amount,
    resetMinRollover: terms.amount,
  };
  checkDraft(draft);
  return newGrant(draft);
};
