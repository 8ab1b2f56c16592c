import { ZERO } from '@drawdown/quantity';
import type { GrantUsage, Segment } from '../history/segment.js';
import type { SegmentListener } from './machine.js';
import { balancesById, type BurnState } from './state.js';

/** Entries of the open segment: who paid, then who could have but was not needed (entitlements §6.5). */
const grantUsagesOf = (state: BurnState): GrantUsage[] => {
  const { payers, payments } = state.segment;
  const { grants } = state.order;
  const entries = payers.map((index, position): GrantUsage => {
    const isExhausted = state.balances[index] === ZERO;
    return { grantId: grants[index]!.id, usage: payments[position]!, reason: isExhausted ? 'GRANT_EXHAUSTED' : 'SEGMENT_TERMINATION' };
  });
  const lastPayer = payers.at(-1) ?? -1;
  for (let index = state.payable.atOrAfter(lastPayer + 1); index >= 0; index = state.payable.atOrAfter(index + 1)) {
    entries.push({ grantId: grants[index]!.id, usage: ZERO, reason: 'SEGMENT_TERMINATION' });
  }
  return entries;
};

/** A listener that writes every segment down. */
export const recordInto =
  (segments: Segment[]): SegmentListener =>
  (state, to, end) => {
    const { segment, order } = state;
    const isRolloverWithoutPayment = end.rollover && segment.overageAtStart === ZERO;
    segments.push({
      from: segment.from,
      to,
      balanceAtStart: balancesById(state, 'atSegmentStart'),
      overageAtStart: segment.overageAtStart,
      totalUsage: segment.usage,
      grantUsages: isRolloverWithoutPayment ? [] : grantUsagesOf(state),
      overage: state.overage,
      terminationReasons: {
        priorityChange: end.priorityChange,
        recurrence: end.recurring.map(index => order.grants[index]!.id),
        usageReset: end.usageReset,
        rollover: end.rollover,
      },
    });
  };
