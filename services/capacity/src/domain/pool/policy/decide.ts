import { Refusal } from '@drawdown/errors';
import type { Exact } from '../../amount/exact.js';
import type { Seconds } from '../../amount/instant.js';
import { requireAmounts, requireBalance, requireRates, requireWholeUnits } from '../limits.js';
import type { Pool } from '../state.js';
import type { SetPolicy } from './commands.js';
import type { PolicyChanged } from './events.js';
import { POLICY_LIMITS, type AlertThresholds, type Policy, type TopUpPolicy } from './policy.js';

const invalid = (rule: string, message: string): Refusal => new Refusal('INVALID_POLICY', message, { rule });

const requireWithin = (rule: string, value: number, min: number, max: number): void => {
  if (!Number.isInteger(value) || value < min || value > max) throw invalid(rule, `${value} is not a whole number of ${min} to ${max}`);
};

const requireThresholds = (rule: string, values: readonly number[], max: number): void => {
  if (values.length > POLICY_LIMITS.thresholdsMax) throw invalid(rule, `there are more than ${POLICY_LIMITS.thresholdsMax} thresholds`);
  for (const value of values) requireWithin(rule, value, 1, max);
  if (new Set(values).size < values.length) throw invalid(rule, 'a threshold is named twice');
};

const requireTopUp = ({ belowSeconds, amounts, periodSeconds, purchasesPerPeriodMax, balanceMax }: TopUpPolicy): void => {
  requireWithin('top_up_below', belowSeconds, 1, POLICY_LIMITS.thresholdSecondsMax);
  requireWithin('top_up_period', periodSeconds, POLICY_LIMITS.topUpPeriodSecondsMin, POLICY_LIMITS.topUpPeriodSecondsMax);
  requireWithin('top_up_purchases', purchasesPerPeriodMax, 1, POLICY_LIMITS.topUpPurchasesPerPeriodMax);
  requireAmounts(amounts);
  requireWholeUnits(amounts);
  requireAmounts(balanceMax);
  requireBalance(balanceMax);
  const fits = amounts[0] <= balanceMax[0] && amounts[1] <= balanceMax[1] && amounts[2] <= balanceMax[2];
  if (!fits) throw invalid('top_up_balance', 'a top-up alone would lift the balance above its bound');
  if (amounts.every(amount => amount === 0)) throw invalid('top_up_amounts', 'a top-up buys something');
};

/** @throws Refusal `INVALID_POLICY` naming the rule; `INVALID_AMOUNT`, `CAPACITY_OVERFLOW` of amounts in it */
const requireSound = ({ graceSeconds, unfundedCaps, alerts, topUp, nodeLimits, lendingLimit }: Policy): void => {
  requireWithin('grace', graceSeconds, 0, POLICY_LIMITS.graceSecondsMax);
  requireAmounts([unfundedCaps[0] ?? 0, unfundedCaps[1] ?? 0, unfundedCaps[2] ?? 0]);
  requireThresholds('alert_seconds', alerts.seconds, POLICY_LIMITS.thresholdSecondsMax);
  requireThresholds('alert_percents', alerts.percents, POLICY_LIMITS.percentMax);
  if (topUp !== undefined) requireTopUp(topUp);
  if (nodeLimits.size > POLICY_LIMITS.nodeLimitsMax)
    throw invalid('node_limits', `more than ${POLICY_LIMITS.nodeLimitsMax} nodes have limits`);
  for (const rates of nodeLimits.values()) {
    requireAmounts(rates);
    requireRates(rates);
  }
  if (lendingLimit !== undefined) requireAmounts(lendingLimit);
};

const descending = (values: readonly number[]): readonly number[] => [...values].sort((left, right) => right - left);

const inOrder = ({ seconds, percents }: AlertThresholds): AlertThresholds => ({
  seconds: descending(seconds),
  percents: descending(percents),
});

/** The one form of a policy: lists and maps in order. */
const inOneForm = (policy: Policy): Policy => ({
  ...policy,
  alerts: inOrder(policy.alerts),
  nodeLimits: new Map([...policy.nodeLimits].sort(([left], [right]) => (left < right ? -1 : 1))),
});

const plain = (_name: string, value: unknown): unknown => {
  if (value instanceof Map) return [...(value as ReadonlyMap<string, readonly Exact[]>)];
  return typeof value === 'bigint' ? `${value}n` : value;
};

const isSame = (left: Policy, right: Policy): boolean =>
  POLICY_FIELDS.every(field => JSON.stringify(left[field], plain) === JSON.stringify(right[field], plain));

const POLICY_FIELDS = [
  'graceSeconds',
  'suspendsInGrace',
  'unfundedCaps',
  'alerts',
  'topUp',
  'nodeLimits',
  'includesFarmNodes',
  'lendingLimit',
] as const satisfies readonly (keyof Policy)[];

/** A policy that holds already changes nothing. @throws Refusal `INVALID_POLICY`, `INVALID_AMOUNT`, `CAPACITY_OVERFLOW` */
export const setPolicy = ({ policy }: SetPolicy, pool: Pool, at: Seconds): readonly PolicyChanged[] => {
  requireSound(policy);
  const next = inOneForm(policy);
  return isSame(next, pool.policy) ? [] : [{ type: 'policy-changed', policy: next, at }];
};
