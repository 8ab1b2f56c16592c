import type { Draft } from '../draft.js';
import type { TopUpDue, TopUpEnded } from './events.js';

export const topUpDue = (next: Draft, { topUpId, amounts, until, at }: TopUpDue): void => {
  const { periodFrom, purchases } = next.topUps;
  const isNewPeriod = periodFrom === undefined || at >= periodFrom + (next.policy.topUp?.periodSeconds ?? 0);
  next.topUps = {
    open: { topUpId, amounts, until },
    lastId: topUpId,
    periodFrom: isNewPeriod ? at : periodFrom,
    purchases: isNewPeriod ? 1 : purchases + 1,
    notBefore: undefined,
  };
};

export const topUpEnded = (next: Draft, { cause, retryAt }: TopUpEnded): void => {
  const { purchases } = next.topUps;
  const counted = cause === 'credited' ? purchases : Math.max(0, purchases - 1);
  next.topUps = { ...next.topUps, open: undefined, purchases: counted, notBefore: retryAt };
};
