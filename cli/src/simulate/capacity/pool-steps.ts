import {
  expiredBy,
  fits,
  FORMULA_VERSION,
  isAllowed,
  membership,
  membersToStop,
  settledAt,
  type Amounts,
  type Pool,
} from '@drawdown/capacity/domain';
import type { Fields } from '../entitlements/fields.js';
import { parseAmounts, readAmountTexts, type AmountTexts } from './amounts.js';
import { formatHorizon, readExactSeconds } from './instants.js';
import { objectsOrNone, textsOrNone } from './lists.js';
import { answerExpired, answerNext } from './queue.js';
import { NAMESPACE, type World } from './world.js';

/** What a command comes to: an outcome, what else it says, and the state to show where it has one. */
export interface Told {
  readonly outcome: 'ok' | 'alreadyMember' | 'notMember';
  readonly said?: object;
  readonly pool?: Pool;
}

/** A command that was read and is sound; run on the pools it throws a `Refusal` if it cannot be done. */
export type Step = (world: World) => Told;

const readOpen = (fields: Fields, at: number): Step => {
  const poolId = fields.integer('pool');
  const owner = fields.optional('owner', name => fields.integer(name)) ?? 0;
  const sponsor = fields.optional('sponsor', name => fields.integer(name)) ?? 0;
  const nodeIds = textsOrNone(fields, 'nodes');
  return world => {
    world.execute(poolId, { type: 'open', poolId, namespace: NAMESPACE, owner, sponsor, nodeIds, at });
    return { outcome: 'ok', pool: world.require(poolId) };
  };
};

const readCredit = (fields: Fields, at: number): Step => {
  const poolId = fields.integer('pool');
  const texts = readAmountTexts(fields);
  return world => {
    world.require(poolId);
    world.execute(poolId, { type: 'credit', source: { cause: 'scenario' }, amounts: parseAmounts(texts), nodeIds: [], at });
    return { outcome: 'ok', pool: world.require(poolId) };
  };
};

const readAdd = (fields: Fields, at: number): Step => {
  const poolId = fields.integer('pool');
  const workloadId = fields.integer('workload');
  const texts = readAmountTexts(fields);
  return world => {
    const before = world.require(poolId);
    const rates = parseAmounts(texts);
    world.execute(poolId, { type: 'activate', workloadId, rates, formulaVersion: FORMULA_VERSION, at });
    const pool = world.require(poolId);
    switch (membership(before, workloadId, rates)) {
      case 'none':
        return { outcome: 'ok', pool };
      case 'same-rates':
        return { outcome: 'alreadyMember', pool };
      case 'other-rates':
        return { outcome: 'alreadyMember', said: { ratesDiffer: true }, pool };
    }
  };
};

const readRemove = (fields: Fields, at: number): Step => {
  const poolId = fields.integer('pool');
  const workloadId = fields.integer('workload');
  readAmountTexts(fields);
  return world => {
    world.require(poolId);
    const events = world.execute(poolId, { type: 'release', workloadId, cause: 'deleted', at });
    return { outcome: events.length === 0 ? 'notMember' : 'ok', pool: world.require(poolId) };
  };
};

const readSettle = (fields: Fields, at: number): Step => {
  const poolId = fields.integer('pool');
  return world => {
    const pool = settledAt(world.require(poolId), at);
    world.keep(pool);
    return { outcome: 'ok', pool };
  };
};

const readQuery = (fields: Fields, at: number): Step => {
  const poolId = fields.integer('pool');
  return world => ({ outcome: 'ok', pool: settledAt(world.require(poolId), at) });
};

const readFits = (fields: Fields, at: number): Step => {
  const poolId = fields.integer('pool');
  const workloadId = fields.integer('workload');
  const texts = readAmountTexts(fields);
  const seconds = fields.integer('seconds');
  return world => {
    const fit = fits(world.require(poolId), workloadId, parseAmounts(texts), at, seconds);
    return { outcome: 'ok', said: { fits: fit.fits, emptyAtWith: formatHorizon(fit.emptyAtWith) } };
  };
};

const readAllowed = (fields: Fields): Step => {
  const poolId = fields.integer('pool');
  const customer = fields.integer('customer');
  const nodeId = fields.text('node');
  return world => ({ outcome: 'ok', said: { allowed: isAllowed(world.require(poolId), customer, nodeId) } });
};

const readRebaseEntry = (fields: Fields): readonly [number, AmountTexts] => {
  const workloadId = fields.integer('workload');
  const texts = readAmountTexts(fields);
  fields.end();
  return [workloadId, texts];
};

const readRebase = (fields: Fields, at: number): Step => {
  const poolId = fields.integer('pool');
  const entries = objectsOrNone(fields, 'rates').map(readRebaseEntry);
  return world => {
    world.require(poolId);
    const rates = new Map<number, Amounts>(entries.map(([workloadId, texts]) => [workloadId, parseAmounts(texts)]));
    const events = world.execute(poolId, { type: 'rebase', rates, formulaVersion: FORMULA_VERSION, at });
    const missing = events.flatMap(event => (event.type === 'rates-rebased' ? event.missing : []));
    return { outcome: 'ok', said: missing.length === 0 ? {} : { missing }, pool: world.require(poolId) };
  };
};

const readSweep =
  (_fields: Fields, at: number): Step =>
  world => {
    const due = expiredBy(world.depletions(), at).map(({ poolId }) => ({ pool: poolId, stop: membersToStop(world.require(poolId), at) }));
    return { outcome: 'ok', said: { due } };
  };

const readExpired = (fields: Fields): Step => {
  const instant = readExactSeconds(fields, 'ts');
  return world => ({ outcome: 'ok', said: answerExpired(world.depletions(), instant) });
};

const readNext = (fields: Fields): Step => {
  const instant = readExactSeconds(fields, 'ts');
  return world => ({ outcome: 'ok', said: answerNext(world.depletions(), instant) });
};

const READERS = {
  open: readOpen,
  credit: readCredit,
  add: readAdd,
  remove: readRemove,
  settle: readSettle,
  query: readQuery,
  fits: readFits,
  allowed: readAllowed,
  rebase: readRebase,
  sweep: readSweep,
  expired: readExpired,
  next: readNext,
} as const satisfies Readonly<Record<string, (fields: Fields, at: number) => Step>>;

/** One command of `op: pool` (FORMAT §2). */
export const readPoolStep = (fields: Fields): Step => {
  const at = fields.integer('at');
  const step = READERS[fields.choice('do', Object.keys(READERS) as (keyof typeof READERS)[])](fields, at);
  fields.end();
  return step;
};
