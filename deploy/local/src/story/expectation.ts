import { ExpirationUnit } from '@drawdown/proto';
import { tokensOf, type Call } from './calls.js';
import { fromTokens, type Hundredths } from './hundredths.js';
import type { CustomerPlan, GrantPlan } from './plans.js';

/** What must come out for a customer; the story compares every figure that it prints with these. */
export interface Outcome {
  readonly customer: string;
  /** Sum of the amounts of all grants. */
  readonly granted: Hundredths;
  readonly used: Hundredths;
  readonly balance: Hundredths;
  readonly overage: Hundredths;
  /** First minute at which nothing was left; undefined when there always was something. */
  readonly exhaustedAtMs: number | undefined;
  /** By name of the grant; those that paid nothing are absent. */
  readonly paid: ReadonlyMap<string, Hundredths>;
}

export const MINUTE_MS = 60_000;
const MINUTES_PER_HOUR = 60;

const MINUTES: Readonly<Record<ExpirationUnit, number>> = {
  [ExpirationUnit.UNSPECIFIED]: Infinity,
  [ExpirationUnit.HOUR]: MINUTES_PER_HOUR,
  [ExpirationUnit.DAY]: 24 * MINUTES_PER_HOUR,
  [ExpirationUnit.WEEK]: 7 * 24 * MINUTES_PER_HOUR,
  // The shortest month and year: only the order matters here, nothing of the story lasts that long.
  [ExpirationUnit.MONTH]: 28 * 24 * MINUTES_PER_HOUR,
  [ExpirationUnit.YEAR]: 365 * 24 * MINUTES_PER_HOUR,
};

const expiryMinute = ({ effectiveMinute, expiration }: GrantPlan): number =>
  expiration === undefined ? Infinity : effectiveMinute + expiration.count * MINUTES[expiration.unit];

const endMinute = (grant: GrantPlan): number => Math.min(expiryMinute(grant), grant.voidedMinute ?? Infinity);

const isFilledAt = (grant: GrantPlan, minute: number): boolean => {
  if (minute < grant.effectiveMinute || minute >= endMinute(grant)) return false;
  if (minute === grant.effectiveMinute) return true;
  const first = grant.refilledHourlyFromMinute;
  return first !== undefined && (minute - first) % MINUTES_PER_HOUR === 0;
};

const compareBurnOrder = (left: GrantPlan, right: GrantPlan): number =>
  left.priority - right.priority || Math.sign(expiryMinute(left) - expiryMinute(right)) || 0;

/**
 * A second opinion, as plain as can be: minute after minute, end what ends, fill what is due, pay. It shares no code with the service.
 * The story starts at `startMs` and is looked at at `endMs`, both whole minutes.
 */
export const expectedOutcome = (plan: CustomerPlan, calls: readonly Call[], startMs: number, endMs: number): Outcome => {
  const order = [...plan.grants].sort(compareBurnOrder);
  const left = new Map<string, Hundredths>(order.map(({ name }) => [name, 0n]));
  const paid = new Map<string, Hundredths>();
  let overage: Hundredths = 0n;
  let exhaustedAtMs: number | undefined;
  const pay = (): void => {
    for (const { name } of order) {
      const part = smaller(left.get(name) ?? 0n, overage);
      if (part === 0n) continue;
      left.set(name, (left.get(name) ?? 0n) - part);
      paid.set(name, (paid.get(name) ?? 0n) + part);
      overage -= part;
    }
  };
  const used = usedByMinute(calls, startMs);
  const minutes = (endMs - startMs) / MINUTE_MS;
  for (let minute = 0; minute <= minutes; minute += 1) {
    for (const grant of order) {
      if (minute >= endMinute(grant)) left.set(grant.name, 0n);
      else if (isFilledAt(grant, minute)) left.set(grant.name, grant.amount);
    }
    pay();
    if (sum(left.values()) === 0n) exhaustedAtMs ??= startMs + minute * MINUTE_MS;
    if (minute === minutes) break;
    overage += used.get(minute) ?? 0n;
    pay();
  }
  const granted = sum(plan.grants.map(({ amount }) => amount));
  return { customer: plan.customer, granted, used: sum(used.values()), balance: sum(left.values()), overage, exhaustedAtMs, paid };
};

const usedByMinute = (calls: readonly Call[], startMs: number): ReadonlyMap<number, Hundredths> => {
  const used = new Map<number, Hundredths>();
  for (const call of calls) {
    const minute = Math.floor((call.timeMs - startMs) / MINUTE_MS);
    used.set(minute, (used.get(minute) ?? 0n) + fromTokens(tokensOf(call)));
  }
  return used;
};

const smaller = (left: Hundredths, right: Hundredths): Hundredths => (left < right ? left : right);

export const sum = (amounts: Iterable<Hundredths>): Hundredths => {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
};
