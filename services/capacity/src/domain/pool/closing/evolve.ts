import { minusEach, NOTHING, plusEach } from '../../amount/per-dimension.js';
import type { Draft } from '../draft.js';
import { withoutLots } from '../lot/state.js';
import { settleWith } from '../settle.js';
import type { PoolClosed } from './events.js';

export const closed = (next: Draft, { cause, forfeited, at }: PoolClosed): void => {
  settleWith(next, at, minusEach(NOTHING, forfeited), next.rates);
  next.flows = { ...next.flows, forfeited: plusEach(next.flows.forfeited, forfeited) };
  next.lots = withoutLots(next.lots);
  next.closing = { at, cause };
};
