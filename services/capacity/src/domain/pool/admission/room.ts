import { Refusal } from '@drawdown/errors';
import { minus, plus, quotient, times, type Exact } from '../../amount/exact.js';
import type { Seconds } from '../../amount/instant.js';
import { MILLI } from '../../amount/limits.js';
import { DIMENSIONS, minusEach, of, plusEach, type Amounts, type Dimension } from '../../amount/per-dimension.js';
import { settle, uses } from '../account.js';
import { requireRates } from '../limits.js';
import type { Pool } from '../state.js';
import type { Candidate } from './admission.js';
import { amountsFor, reservedAt } from './reserved.js';

/** What there is for candidates, with all of them in: members, whatever is held, and they themselves at full rate (capacity §15.3). */
interface Room {
  readonly balance: Amounts;
  readonly rates: Amounts;
  /** Balance that is not kept for runs; negative where more is wanted than there is. */
  readonly free: Amounts;
  /** Rates of whoever has nothing kept. */
  readonly openRates: Amounts;
}

/** Rates on record: those of paused members as well, which may come back without being asked; not those of suspended ones, which may not. */
export const recordedRates = (pool: Pool): Amounts => plusEach(plusEach(pool.rates, pool.pausedRates), pool.heldRates);

const roomFor = (pool: Pool, candidates: readonly Candidate[], at: Seconds): Room => {
  const { balance } = settle(pool, at);
  let { amounts: kept, rates: keptRates } = reservedAt(pool, at);
  let rates = recordedRates(pool);
  for (const candidate of candidates) {
    rates = plusEach(rates, candidate.rates);
    if (candidate.ask.runForSeconds === undefined) continue;
    kept = plusEach(kept, amountsFor(candidate.rates, candidate.ask.runForSeconds));
    keptRates = plusEach(keptRates, candidate.rates);
  }
  return { balance, rates, free: minusEach(balance, kept), openRates: minusEach(rates, keptRates) };
};

/** What is missing in a dimension, and the longest time that would pass; absent: none would. */
interface Lack {
  readonly milliUnitSeconds: Exact;
  readonly longestSeconds: Exact | undefined;
}

/** A horizon has to be exceeded: one second more than it must be paid for (capacity §7). */
const lackForHorizon = (balance: Exact, rate: Exact, seconds: number): Lack | undefined => {
  const needed = times(rate, seconds + 1);
  if (balance >= needed) return undefined;
  const longest = balance < rate ? undefined : minus(quotient(balance, rate), 1);
  return { milliUnitSeconds: minus(needed, balance), longestSeconds: longest };
};

const lackForRun = (free: Exact, rate: Exact, seconds: number): Lack | undefined => {
  if (free >= 0) return undefined;
  const rest = plus(free, times(rate, seconds));
  return { milliUnitSeconds: minus(0, free), longestSeconds: rest > 0 ? quotient(rest, rate) : undefined };
};

const lackOf = ({ balance, rates, free, openRates }: Room, { rates: own, ask }: Candidate, dimension: Dimension): Lack | undefined => {
  if (ask.runForSeconds !== undefined) return lackForRun(of(free, dimension), of(own, dimension), ask.runForSeconds);
  return (
    lackForHorizon(of(balance, dimension), of(rates, dimension), ask.horizonSeconds) ??
    lackForHorizon(of(free, dimension), of(openRates, dimension), ask.horizonSeconds)
  );
};

const inUnits = (amount: Exact): Exact => quotient(plus(amount, MILLI - 1), MILLI);

const requireEnough = (room: Room, candidate: Candidate): void => {
  for (const dimension of DIMENSIONS) {
    const lack = uses(candidate.rates, dimension) ? lackOf(room, candidate, dimension) : undefined;
    if (lack === undefined) continue;
    const shortfall = String(inUnits(lack.milliUnitSeconds));
    throw new Refusal(
      'CAPACITY_INSUFFICIENT',
      `${shortfall} unit-seconds of ${dimension} are missing for workload ${candidate.workloadId}`,
      {
        dimension,
        workload: String(candidate.workloadId),
        shortfall,
        ...(lack.longestSeconds !== undefined && { longestHorizonSeconds: String(lack.longestSeconds) }),
      },
    );
  }
};

/**
 * Room for all candidates together, beside the members and everything that is held; so their order means nothing (capacity §15.3).
 * @throws Refusal `CAPACITY_OVERFLOW`; `CAPACITY_INSUFFICIENT` naming the first workload and dimension that lack something, the unit-seconds
 * that are missing, rounded up, and the longest time that would pass, if any.
 */
export const requireRoom = (pool: Pool, candidates: readonly Candidate[], at: Seconds): void => {
  const room = roomFor(pool, candidates, at);
  requireRates(room.rates);
  for (const candidate of candidates) requireEnough(room, candidate);
};

/** The members, of those that wait in this order, that can run again, each with those before it (capacity §15.5). */
export const resumable = (pool: Pool, waiting: readonly Candidate[], at: Seconds): readonly Candidate[] => {
  const resumed: Candidate[] = [];
  const { balance } = settle(pool, at);
  const { amounts, rates: keptRates } = reservedAt(pool, at);
  const free = minusEach(balance, amounts);
  let rates = recordedRates(pool);
  for (const candidate of waiting) {
    const together = plusEach(rates, candidate.rates);
    const room: Room = { balance, rates: together, free, openRates: minusEach(together, keptRates) };
    if (DIMENSIONS.some(dimension => uses(candidate.rates, dimension) && lackOf(room, candidate, dimension) !== undefined)) continue;
    resumed.push(candidate);
    rates = together;
  }
  return resumed;
};
