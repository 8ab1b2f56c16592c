import { Refusal } from '@drawdown/errors';
import {
  eachDimension,
  exact,
  of,
  requireTopUp,
  requireUniqueNodes,
  settledAt,
  type Pool,
  type PerDimension,
} from '@drawdown/capacity/domain';
import type { Fields } from '../entitlements/fields.js';
import { formatAmounts, readAmountTexts } from './amounts.js';
import { objectsOrNone, textsOrNone } from './lists.js';
import { isNothing, parseUnitSeconds } from './purchases.js';
import { orCode } from './refused.js';
import { NAMESPACE, World } from './world.js';

const MILLI = 1_000n;

/** The pool of a reservation that asks for a new one (capacity §2.2). */
const OPENS_POOL = 0;

interface Reservation {
  readonly poolId: number;
  readonly unitSeconds: PerDimension<bigint>;
  readonly nodeIds: readonly string[];
}

/** Reservations by number, from 1 upwards; a refused one uses up none. */
interface Book {
  readonly world: World;
  readonly reservations: Reservation[];
}

type Step = (book: Book) => object;

const formatPool = (pool: Pool): object => ({
  pool: pool.id,
  owner: pool.owner,
  sponsor: pool.sponsor,
  nodes: pool.nodeIds,
  asOf: pool.asOf,
  left: formatAmounts(pool.balance),
});

const readReserve = (fields: Fields, at: number): Step => {
  const customer = fields.integer('customer');
  const sponsor = fields.optional('sponsor', name => fields.integer(name)) ?? 0;
  const poolId = fields.optional('pool', name => fields.integer(name)) ?? OPENS_POOL;
  const texts = readAmountTexts(fields);
  const nodeIds = textsOrNone(fields, 'nodes');
  return ({ world, reservations }) => {
    requireUniqueNodes(nodeIds);
    const unitSeconds = parseUnitSeconds(texts);
    if (poolId !== OPENS_POOL) requireTopUp(world.find(poolId), nodeIds, isNothing(unitSeconds));
    const number = reservations.push({ poolId: poolId === OPENS_POOL ? reservations.length + 1 : poolId, unitSeconds, nodeIds });
    if (poolId === OPENS_POOL)
      world.execute(number, { type: 'open', poolId: number, namespace: NAMESPACE, owner: customer, sponsor, nodeIds, at });
    return { reservation: number };
  };
};

const readPay = (fields: Fields, at: number): Step => {
  const number = fields.integer('reservation');
  return ({ world, reservations }) => {
    const reservation = reservations[number - 1];
    if (reservation === undefined) throw new Refusal('RESERVATION_NOT_FOUND', `there is no reservation ${number}`);
    const { poolId, unitSeconds, nodeIds } = reservation;
    const amounts = eachDimension(dimension => exact(of(unitSeconds, dimension) * MILLI));
    world.execute(poolId, { type: 'credit', source: { reservationId: number }, amounts, nodeIds, at });
    return formatPool(world.require(poolId));
  };
};

const readQuery = (fields: Fields, at: number): Step => {
  const poolId = fields.integer('pool');
  return ({ world }) => formatPool(settledAt(world.require(poolId), at));
};

const readByOwner = (fields: Fields): Step => {
  const customer = fields.integer('customer');
  return ({ world }) => ({ pools: world.pools().flatMap(({ id, owner }) => (owner === customer ? [id] : [])) });
};

const READERS = { reserve: readReserve, pay: readPay, query: readQuery, byOwner: readByOwner } as const satisfies Readonly<
  Record<string, (fields: Fields, at: number) => Step>
>;

const readStep = (fields: Fields): Step => {
  const at = fields.integer('at');
  const step = READERS[fields.choice('do', Object.keys(READERS) as (keyof typeof READERS)[])](fields, at);
  fields.end();
  return step;
};

/** `op: reservations`: pools opened, topped up and paid (FORMAT §7). */
export const simulateReservations = (fields: Fields): unknown => {
  const steps = objectsOrNone(fields, 'commands').map(readStep);
  fields.end();
  const book: Book = { world: new World(), reservations: [] };
  return { results: steps.map(step => orCode(() => ({ outcome: 'ok', ...step(book) }))) };
};
