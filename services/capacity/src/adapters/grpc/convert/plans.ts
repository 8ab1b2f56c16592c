import type {
  BalancePoint as PointMessage,
  DimensionExplanation as ExplanationMessage,
  PlannedChange as PlannedMessage,
} from '@drawdown/proto/capacity';
import type { BalancePoint, DimensionExplanation, PlannedChange } from '../../../domain/index.js';
import { fromApiAmounts, toApiAmounts, toApiDimension, toApiHorizon } from './amounts.js';
import { required } from './refuse.js';

/** @throws Refusal `VALIDATION` */
export const fromApiPlan = (plan: readonly PlannedMessage[]): readonly PlannedChange[] =>
  plan.map(({ at, change }, index) => {
    const planned = required(change, `plan[${index}].change`);
    switch (planned.$case) {
      case 'rateChange':
        return { type: 'rates', at, delta: fromApiAmounts(planned.value) };
      case 'credit':
        return { type: 'credit', at, amounts: fromApiAmounts(planned.value) };
      case 'pause':
      case 'resume':
        return { type: planned.$case, at };
    }
  });

export const toApiPoint = ({ at, balance, rates }: BalancePoint): PointMessage => ({
  at,
  balance: toApiAmounts(balance),
  rates: toApiAmounts(rates),
});

export const toApiExplanation = ({ dimension, emptyAt, contributions, contributionCount }: DimensionExplanation): ExplanationMessage => ({
  dimension: toApiDimension(dimension),
  emptyAt: toApiHorizon(emptyAt),
  contributions: contributions.map(({ workloadId, rate }) => ({ workloadId, rate: String(rate) })),
  contributionCount,
});
