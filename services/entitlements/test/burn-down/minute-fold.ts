import type { Grant } from '../../src/domain/index.js';

const MINUTE = 60_000;

/** An event as it arrives: any second, any order. */
export interface FoldEvent {
  readonly at: number;
  readonly amount: bigint;
}

/** What a fold follows from. Intervals of recurrences are whole minutes here; months are the calendar's own tests. */
export interface FoldInput {
  readonly grants: readonly Grant[];
  readonly start: number;
  /** Whether usage is reset at a minute, and if so whether overage is kept. */
  readonly resetAt: (minute: number) => { readonly preserveOverage: boolean } | undefined;
  readonly events: readonly FoldEvent[];
}

export interface FoldState {
  readonly balances: Map<string, bigint>;
  overage: bigint;
  usage: bigint;
  since: number;
  granted: bigint;
}

const stepOf = (grant: Grant): number => {
  const interval = grant.recurrence?.interval;
  if (interval === undefined) return 0;
  return MINUTE * (interval.minutes + 60 * interval.hours + 1_440 * (interval.days + 7 * interval.weeks));
};

const isActive = (grant: Grant, at: number): boolean =>
  grant.effectiveAt <= at && [grant.expiresAt, grant.voidedAt, grant.deletedAt].every(end => end === undefined || at < end);

const recursAt = (grant: Grant, at: number): boolean => {
  const { recurrence } = grant;
  return recurrence !== undefined && isActive(grant, at) && (at - recurrence.anchor) % stepOf(grant) === 0;
};

const burnsBefore = (a: Grant, b: Grant): boolean => {
  const key = (g: Grant): (number | string)[] => [g.priority, g.expiresAt ?? Infinity, g.createdAt, g.id];
  const [left, right] = [key(a), key(b)];
  const differing = left.findIndex((value, index) => value !== right[index]);
  return differing >= 0 && (left[differing] ?? 0) < (right[differing] ?? 0);
};

/**
 * The burn-down written a second time, straight from the specification and as plainly as possible: minute by minute, event by event,
 * without segments, order indices or running sums. Slow; only to disagree with the engine (entitlements §20.3).
 */
export const foldMinutes = (input: FoldInput, until: number, countUntil: number): FoldState => {
  const { grants, start } = input;
  const state: FoldState = {
    balances: new Map(grants.map(grant => [grant.id, isActive(grant, start) ? grant.amount : 0n])),
    overage: 0n,
    usage: 0n,
    since: start,
    granted: 0n,
  };

  const pay = (amount: bigint): void => {
    let rest = amount;
    while (rest > 0n) {
      let payer: Grant | undefined;
      for (const grant of grants) {
        if ((state.balances.get(grant.id) ?? 0n) === 0n) continue;
        if (payer === undefined || burnsBefore(grant, payer)) payer = grant;
      }
      if (payer === undefined) break;
      const balance = state.balances.get(payer.id) ?? 0n;
      const part = balance < rest ? balance : rest;
      state.balances.set(payer.id, balance - part);
      state.granted += part;
      rest -= part;
    }
    state.overage = rest;
  };

  const reset = (minute: number, preserveOverage: boolean): void => {
    for (const grant of grants) {
      if (!isActive(grant, minute - 1) || !isActive(grant, minute)) continue;
      const balance = state.balances.get(grant.id) ?? 0n;
      const lifted = balance > grant.resetMinRollover ? balance : grant.resetMinRollover;
      state.balances.set(grant.id, lifted < grant.resetMaxRollover ? lifted : grant.resetMaxRollover);
    }
    state.usage = 0n;
    state.granted = 0n;
    state.since = minute;
    if (!preserveOverage) state.overage = 0n;
  };

  const arrive = (minute: number): void => {
    for (const grant of grants) if (!isActive(grant, minute)) state.balances.set(grant.id, 0n);
    for (const grant of grants) if (isActive(grant, minute) && grant.effectiveAt === minute) state.balances.set(grant.id, grant.amount);
    for (const grant of grants) if (recursAt(grant, minute)) state.balances.set(grant.id, grant.amount);
  };

  const events = [...input.events].sort((a, b) => a.at - b.at);
  let next = events.findIndex(event => event.at >= start);
  if (next < 0) next = events.length;
  const spend = (before: number): void => {
    for (let event = events[next]; event !== undefined && event.at < before; event = events[next]) {
      state.usage += event.amount;
      pay(state.overage + event.amount);
      next += 1;
    }
  };

  for (let minute = start + MINUTE; minute <= until; minute += MINUTE) {
    spend(minute);
    const choice = input.resetAt(minute);
    if (choice !== undefined) reset(minute, choice.preserveOverage);
    arrive(minute);
    pay(state.overage);
  }
  spend(countUntil);
  return state;
};
