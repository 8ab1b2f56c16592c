import { minus, plus, type Exact } from '../../amount/exact.js';
import type { Seconds } from '../../amount/instant.js';
import { eachDimension, minusEach, of, plusEach, type Amounts } from '../../amount/per-dimension.js';
import { NumberMap } from '../../collection/number-map.js';
import type { Pool } from '../state.js';
import type { Bought, Lot, Lots, LotTerms } from './state.js';

/** How much of the line is used up, at a balance of the pool: the balance is the rest of it (capacity §15.10). */
export const usedOf = ({ credited, lots }: Pick<Pool, 'credited' | 'lots'>, balance: Amounts): Amounts =>
  minusEach(plusEach(credited, lots.shift), balance);

const sizeOf = ({ start, end }: Lot): Amounts => minusEach(end, start);

const later = (left: Exact, right: Exact): Exact => (left > right ? left : right);

/** What is left of a lot where so much of the line is used up. */
export const restOf = ({ start, end }: Lot, used: Amounts): Amounts =>
  eachDimension(dimension => {
    const from = later(of(start, dimension), of(used, dimension));
    return of(end, dimension) > from ? minus(of(end, dimension), from) : 0;
  });

/** A piece of the line, as it comes to lie in a pool. */
export interface Piece extends LotTerms {
  readonly amounts: Amounts;
}

/** Lots with some more, which lie one after the other from a place on the line on. What has expired on its way here expires now. */
export const withPieces = (lots: Lots, pieces: readonly Piece[], from: Amounts, at: Seconds): Lots => {
  let { byNumber, lastNumber } = lots;
  let start = from;
  for (const { amounts, reservationId, bought, expiresAt } of pieces) {
    const end = plusEach(start, amounts);
    lastNumber += 1;
    byNumber = byNumber.with(lastNumber, {
      at,
      start,
      end,
      reservationId,
      bought,
      expiresAt: expiresAt === undefined ? undefined : Math.max(expiresAt, at),
    });
    start = end;
  }
  return withLots(lots, byNumber, lastNumber);
};

const withLots = (lots: Lots, byNumber: NumberMap<Lot>, lastNumber = lots.lastNumber): Lots => {
  let expiresNext: Seconds | undefined;
  for (const [, { expiresAt }] of byNumber.entries()) {
    if (expiresAt !== undefined && (expiresNext === undefined || expiresAt < expiresNext)) expiresNext = expiresAt;
  }
  return { ...lots, byNumber, lastNumber, expiresNext };
};

/** Where a place on the line lies after a piece was cut out. */
const moved = (place: Amounts, from: Amounts, length: Amounts): Amounts =>
  eachDimension(dimension => {
    const [at, cut] = [of(place, dimension), of(from, dimension)];
    return at <= cut ? at : later(cut, minus(at, of(length, dimension)));
  });

/** Cuts a piece out of the line: what lies behind it moves up. */
export const cutLine = (lots: Lots, from: Amounts, length: Amounts): Lots => {
  const entries = [...lots.byNumber.entries()].map(([number, lot]): readonly [number, Lot] => [
    number,
    { ...lot, start: moved(lot.start, from, length), end: moved(lot.end, from, length) },
  ]);
  const byNumber = entries.reduce((map, [number, lot]) => map.with(number, lot), NumberMap.empty<Lot>());
  return { ...lots, byNumber, shift: minusEach(lots.shift, length) };
};

/** Cuts something off the end of a lot. */
export const cutLot = (lots: Lots, number: number, amounts: Amounts): Lots => {
  const lot = lots.byNumber.get(number);
  return lot === undefined ? lots : cutLine(lots, minusEach(lot.end, amounts), amounts);
};

/** Changes what a lot is, or removes it. */
export const changeLot = (lots: Lots, number: number, change: (lot: Lot) => Lot | undefined): Lots => {
  const lot = lots.byNumber.get(number);
  if (lot === undefined) return lots;
  const changed = change(lot);
  return withLots(lots, changed === undefined ? lots.byNumber.without(number) : lots.byNumber.with(number, changed));
};

const worthOf = ({ prices }: Bought, amounts: Amounts): bigint =>
  eachDimension(dimension => of(prices, dimension) * BigInt(of(amounts, dimension))).reduce((sum, cost) => sum + cost, 0n);

/** What was paid for a part of a lot, in 10⁻⁷ of its asset, rounded down; all of a lot is worth all that was paid for it. */
export const paidFor = (lot: Lot, amounts: Amounts): bigint => {
  if (lot.bought === undefined) return 0n;
  const whole = worthOf(lot.bought, sizeOf(lot));
  return whole === 0n ? 0n : (lot.bought.amount * worthOf(lot.bought, amounts)) / whole;
};

/** Takes money out of what a lot is worth, when the part that it was paid for leaves. */
export const withoutMoney = (lots: Lots, number: number, money: bigint): Lots =>
  changeLot(lots, number, lot =>
    lot.bought === undefined ? lot : { ...lot, bought: { ...lot.bought, amount: lot.bought.amount - money } },
  );

/** The parts of the first so much that is left of a line, oldest first, as far as they lie in lots. */
export const frontOf = (
  pool: Pick<Pool, 'credited' | 'lots'>,
  balance: Amounts,
  amounts: Amounts,
): (Piece & { readonly lot: number })[] => {
  const used = usedOf(pool, balance);
  const until = plusEach(used, amounts);
  return [...pool.lots.byNumber.entries()].flatMap(([number, lot]) => {
    const part = minusEach(restOf(lot, used), restOf(lot, until));
    if (part.every(amount => amount === 0)) return [];
    const { reservationId, expiresAt } = lot;
    const bought = lot.bought && { ...lot.bought, amount: paidFor(lot, part) };
    return [{ lot: number, amounts: part, reservationId, bought, expiresAt }];
  });
};

/** Σ of what is left of lots that were paid for. */
export const boughtRest = (pool: Pick<Pool, 'credited' | 'lots'>, balance: Amounts): Amounts => {
  const used = usedOf(pool, balance);
  let sum: Amounts = [0, 0, 0];
  for (const [, lot] of pool.lots.byNumber.entries()) if (lot.bought !== undefined) sum = plusEach(sum, restOf(lot, used));
  return sum;
};

/** Adds what the line grew by besides credits. */
export const withShift = (lots: Lots, amounts: Amounts): Lots => ({
  ...lots,
  shift: eachDimension(dimension => plus(of(lots.shift, dimension), of(amounts, dimension))),
});
