import type { AmountCaps, AutoTopUp, PoolPolicy, Thresholds as ThresholdsMessage } from '@drawdown/proto/capacity';
import {
  BALANCE_MILLIUNIT_SECONDS_MAX,
  DEFAULT_POLICY,
  DIMENSIONS,
  of,
  type AlertThresholds,
  type Exact,
  type PerDimension,
  type Policy,
  type TopUpPolicy,
} from '../../../domain/index.js';
import { fromApiAmounts, fromApiExact, toApiAmounts } from './amounts.js';

const fromApiCaps = (caps: AmountCaps | undefined): PerDimension<Exact | undefined> => [
  capOf(caps?.cu),
  capOf(caps?.su),
  capOf(caps?.ipv4u),
];

const capOf = (text: string | undefined): Exact | undefined => (text === undefined ? undefined : fromApiExact(text));

const toApiCaps = (caps: PerDimension<Exact | undefined>): AmountCaps => {
  const message: AmountCaps = {};
  for (const dimension of DIMENSIONS) {
    const cap = of(caps, dimension);
    if (cap !== undefined) message[dimension] = String(cap);
  }
  return message;
};

const fromApiThresholds = (message: ThresholdsMessage | undefined): AlertThresholds =>
  message === undefined ? DEFAULT_POLICY.alerts : { seconds: message.timesSeconds, percents: message.sharesPercent };

const fromApiTopUp = ({ triggerSeconds, amounts, countMax, periodSeconds, balanceMax }: AutoTopUp): TopUpPolicy => ({
  belowSeconds: triggerSeconds,
  amounts: fromApiAmounts(amounts),
  periodSeconds,
  purchasesPerPeriodMax: countMax,
  balanceMax: balanceMax === undefined ? UNBOUNDED : fromApiAmounts(balanceMax),
});

const UNBOUNDED = [BALANCE_MILLIUNIT_SECONDS_MAX, BALANCE_MILLIUNIT_SECONDS_MAX, BALANCE_MILLIUNIT_SECONDS_MAX] as const;

const toApiTopUp = ({ belowSeconds, amounts, periodSeconds, purchasesPerPeriodMax, balanceMax }: TopUpPolicy): AutoTopUp => ({
  triggerSeconds: belowSeconds,
  amounts: toApiAmounts(amounts),
  countMax: purchasesPerPeriodMax,
  periodSeconds,
  balanceMax: toApiAmounts(balanceMax),
});

/** What is unset is as if nobody had ever decided it; whether the rest makes sense is for the domain to say. */
export const fromApiPolicy = (message: PoolPolicy): Policy => {
  const { graceSeconds, suspends, unfundedCaps, thresholds, autoTopUp, nodeLimits, includesFarmNodes, lendingLimit } = message;
  return {
    graceSeconds,
    suspendsInGrace: suspends,
    unfundedCaps: fromApiCaps(unfundedCaps),
    alerts: fromApiThresholds(thresholds),
    topUp: autoTopUp === undefined ? undefined : fromApiTopUp(autoTopUp),
    nodeLimits: new Map(Object.entries(nodeLimits).map(([nodeId, rates]) => [nodeId, fromApiAmounts(rates)])),
    includesFarmNodes,
    lendingLimit: lendingLimit === undefined ? undefined : fromApiAmounts(lendingLimit),
  };
};

export const toApiPolicy = (policy: Policy): PoolPolicy => ({
  graceSeconds: policy.graceSeconds,
  suspends: policy.suspendsInGrace,
  unfundedCaps: toApiCaps(policy.unfundedCaps),
  thresholds: { timesSeconds: [...policy.alerts.seconds], sharesPercent: [...policy.alerts.percents] },
  includesFarmNodes: policy.includesFarmNodes,
  nodeLimits: Object.fromEntries([...policy.nodeLimits].map(([nodeId, rates]) => [nodeId, toApiAmounts(rates)])),
  lendingLimit: policy.lendingLimit === undefined ? undefined : toApiAmounts(policy.lendingLimit),
  autoTopUp: policy.topUp === undefined ? undefined : toApiTopUp(policy.topUp),
});
