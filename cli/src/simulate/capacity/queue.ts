import { Refusal } from '@drawdown/errors';
import { expiredBy, nextAfter, saturated, type Depletion, type Exact } from '@drawdown/capacity/domain';
import type { Fields } from '../entitlements/fields.js';
import { formatHorizon, readExactSeconds } from './instants.js';
import { objectsOrNone } from './lists.js';
import { orCode } from './refused.js';

export const answerExpired = (pools: Iterable<Depletion>, instant: Exact): { readonly pools: readonly number[] } => ({
  pools: expiredBy(pools, instant).map(({ poolId }) => poolId),
});

/** @throws Refusal `POOL_NOT_FOUND` */
export const answerNext = (pools: Iterable<Depletion>, instant: Exact): { readonly pool: number; readonly emptyAt: string | null } => {
  const next = nextAfter(pools, instant);
  if (next === undefined) throw new Refusal('POOL_NOT_FOUND', 'no pool empties later');
  return { pool: next.poolId, emptyAt: formatHorizon(next.emptyAt) };
};

const readDepletion = (fields: Fields): Depletion => {
  const poolId = fields.integer('pool');
  const isNever = fields.take('emptyAt') === null;
  const emptyAt = isNever ? undefined : saturated(readExactSeconds(fields, 'emptyAt'));
  fields.end();
  return { poolId, emptyAt };
};

const readQuery = (fields: Fields, pools: readonly Depletion[]): (() => unknown) => {
  const kind = fields.choice('do', ['expired', 'next']);
  const instant = readExactSeconds(fields, 'ts');
  fields.end();
  return kind === 'expired' ? () => answerExpired(pools, instant) : () => answerNext(pools, instant);
};

/** `op: queue` (FORMAT §5). */
export const simulateQueue = (fields: Fields): unknown => {
  const pools = objectsOrNone(fields, 'pools').map(readDepletion);
  const queries = objectsOrNone(fields, 'queries').map(query => readQuery(query, pools));
  fields.end();
  return { results: queries.map(orCode) };
};
