import type { DrawdownClient } from '@drawdown/cli';
import { Fault } from '@drawdown/errors';
import { PoolsServiceService, type Amounts as WireAmounts, type ExplainPoolResponse } from '@drawdown/proto/capacity';
import type { PoolOutcome } from './expectation.js';
import { forEachUnit, type Amounts, type Unit } from './units.js';

const CONTRIBUTIONS_SHOWN = 3;

/** Reads over gRPC how a pool came to where it is, no older than a position. */
export const explain = (client: DrawdownClient, poolId: number, minPosition: string): Promise<ExplainPoolResponse> =>
  client.call(PoolsServiceService.explainPool, { poolId, contributionsMax: CONTRIBUTIONS_SHOWN, minPosition });

/** What became of a pool. @throws Fault `STORY_UNREADABLE` */
export const outcomeOf = (name: string, answer: ExplainPoolResponse, emptyAt: ReadonlyMap<Unit, number>): PoolOutcome => ({
  name,
  bought: amountsOf(answer.credited),
  used: amountsOf(answer.drained),
  left: amountsOf(answer.pool?.balance),
  forfeited: amountsOf(answer.forfeited),
  unfunded: amountsOf(answer.unfunded),
  emptyAt,
  running: answer.pool?.memberCount ?? 0,
});

const amountsOf = (amounts: WireAmounts | undefined): Amounts => {
  if (amounts === undefined) throw new Fault('STORY_UNREADABLE', 'an amount is missing from the explanation of a pool');
  return forEachUnit(unit => BigInt(amounts[unit]));
};
