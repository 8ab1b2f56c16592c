import { HOUR_MS, MINUTE_MS, ceilToMinute, floorToMinute, parseInterval } from '@drawdown/calendar';
import { ONE, ZERO } from '@drawdown/quantity';
import fc from 'fast-check';
import {
  MinuteSums,
  WarmBalance,
  balanceAt,
  fromStoredSnapshot,
  newGrant,
  stateAt,
  toStoredSnapshot,
  type Grant,
  type MeteredEntitlement,
  type Snapshot,
} from '../../src/domain/index.js';
import { S, grantsUpTo, instantBetween, intervals } from './arbitrary.js';
import { foldMinutes, type FoldEvent } from './minute-fold.js';

const RUNS = 200;

const entitlements: fc.Arbitrary<MeteredEntitlement> = fc
  .record({
    grants: grantsUpTo(8),
    interval: intervals.filter(interval => interval.minutes !== 15),
    anchor: instantBetween(-30, 50),
    manual: fc.uniqueArray(fc.record({ at: instantBetween(1, 36), anchor: instantBetween(0, 36), preserveOverage: fc.boolean() }), {
      maxLength: 2,
      selector: reset => reset.at,
    }),
    preserveOverageAtReset: fc.boolean(),
  })
  .map(({ grants, interval, anchor, manual, preserveOverageAtReset }) => ({
    id: 'e',
    measureUsageFrom: S,
    usagePeriod: { interval, anchor },
    resets: manual.sort((a, b) => a.at - b.at).map(reset => ({ ...reset, interval })),
    preserveOverageAtReset,
    isSoftLimit: false,
    grants,
  }));

type Step =
  | { readonly kind: 'advance'; readonly minutes: number }
  | { readonly kind: 'event'; readonly at: number; readonly quarters: number }
  | { readonly kind: 'event-now'; readonly seconds: number; readonly quarters: number }
  | { readonly kind: 'event-at-boundary'; readonly seconds: number; readonly quarters: number }
  | { readonly kind: 'grant'; readonly draft: Grant }
  | { readonly kind: 'cancel'; readonly pick: number }
  | { readonly kind: 'read'; readonly at: number }
  | { readonly kind: 'resume'; readonly drop: number }
  | { readonly kind: 'void'; readonly pick: number };

const isOne = (grants: Grant[]): grants is [Grant] => grants.length === 1;

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('advance' as const),
      minutes: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 400 })),
    }),
    fc.record({ kind: fc.constant('event' as const), at: instantBetween(0, 40), quarters: fc.integer({ min: 0, max: 80 }) }),
    fc.record({
      kind: fc.constant('event-now' as const),
      seconds: fc.integer({ min: -90, max: 90 }),
      quarters: fc.integer({ min: 0, max: 80 }),
    }),
    fc.record({
      kind: fc.constant('event-at-boundary' as const),
      seconds: fc.constantFrom(-60, -1, 0, 1),
      quarters: fc.integer({ min: 1, max: 80 }),
    }),
    fc.record({
      kind: fc.constant('grant' as const),
      draft: grantsUpTo(1)
        .filter(isOne)
        .map(([grant]) => grant),
    }),
    fc.record({ kind: fc.constant('cancel' as const), pick: fc.nat() }),
    fc.record({ kind: fc.constant('read' as const), at: instantBetween(0, 40) }),
    fc.record({ kind: fc.constant('resume' as const), drop: fc.nat() }),
    fc.record({ kind: fc.constant('void' as const), pick: fc.nat() }),
  ),
  { maxLength: 30 },
);

const sumsOf = (events: readonly FoldEvent[]): MinuteSums => {
  const sums = new MinuteSums();
  for (const { at, amount } of events) sums.add(at, amount);
  return sums;
};

/** Resets of an entitlement found by asking each minute. */
const resetAtMinute = (entitlement: MeteredEntitlement) => (minute: number) => {
  const manual = entitlement.resets.find(reset => reset.at === minute);
  if (manual !== undefined) return { preserveOverage: manual.preserveOverage };
  const { interval, anchor } = entitlement.resets.findLast(reset => reset.at < minute) ?? entitlement.usagePeriod;
  const step = MINUTE_MS * (interval.minutes + 60 * interval.hours + 1_440 * interval.days);
  return (minute - anchor) % step === 0 ? { preserveOverage: entitlement.preserveOverageAtReset } : undefined;
};

/** A warm balance beside the plain facts it must always agree with. */
class Twin {
  entitlement: MeteredEntitlement;
  readonly events: FoldEvent[] = [];
  now = S;
  warm: WarmBalance;

  constructor(entitlement: MeteredEntitlement) {
    this.entitlement = entitlement;
    this.warm = new WarmBalance(entitlement, new MinuteSums(), S);
  }

  take(step: Step): void {
    switch (step.kind) {
      case 'advance':
        this.now += step.minutes * MINUTE_MS + 7_000;
        this.warm.advance(this.now);
        return;
      case 'event':
        this.record({ at: step.at, amount: (BigInt(step.quarters) * ONE) / 4n });
        return;
      case 'event-now':
        this.record({ at: this.now + step.seconds * 1_000, amount: (BigInt(step.quarters) * ONE) / 4n });
        return;
      case 'event-at-boundary':
        this.record({ at: this.warm.snapshot().at + step.seconds * 1_000, amount: (BigInt(step.quarters) * ONE) / 4n });
        return;
      case 'grant': {
        const grant = { ...step.draft, id: `late${this.entitlement.grants.length}` };
        this.entitlement = { ...this.entitlement, grants: [...this.entitlement.grants, grant] };
        this.warm.change(this.entitlement, grant.effectiveAt);
        return;
      }
      case 'cancel': {
        const [event] = this.events.splice(step.pick % Math.max(1, this.events.length), 1);
        if (event !== undefined) this.warm.record(event.at, -event.amount);
        return;
      }
      case 'read':
        expect(this.warm.readAt(step.at)).toEqual(balanceAt(this.entitlement, sumsOf(this.events), step.at));
        return;
      case 'resume':
        this.resume(step.drop);
        return;
      case 'void':
        this.voidGrant(step.pick);
    }
  }

  /** Stores some of the snapshots, the open segment's among them or not, with one made at any other instant, and goes on from those alone. */
  resume(drop: number): void {
    const elsewhere = S + (drop % (Math.floor((this.now - S) / MINUTE_MS) + 1)) * MINUTE_MS;
    const inserted = stateAt(this.entitlement, sumsOf(this.events), elsewhere);
    const kept = [...this.warm.checkpoints(), this.warm.snapshot(), inserted].filter((_, index) => (drop >> index) % 2 === 0);
    const restored = kept
      .map(snapshot => fromStoredSnapshot(JSON.parse(JSON.stringify(toStoredSnapshot(snapshot))) as ReturnType<typeof toStoredSnapshot>))
      .filter((snapshot): snapshot is Snapshot => snapshot !== undefined);
    this.warm = new WarmBalance(this.entitlement, sumsOf(this.events), this.now, restored);
  }

  voidGrant(pick: number): void {
    const grants = this.entitlement.grants.filter(grant => grant.voidedAt === undefined);
    const grant = grants[pick % Math.max(1, grants.length)];
    if (grant === undefined) return;
    const voidedAt = floorToMinute(this.now);
    this.entitlement = {
      ...this.entitlement,
      grants: this.entitlement.grants.map(other => (other.id === grant.id ? { ...other, voidedAt } : other)),
    };
    this.warm.change(this.entitlement, voidedAt);
  }

  record(event: FoldEvent): void {
    this.events.push(event);
    this.warm.record(event.at, event.amount);
  }

  check(): void {
    const minute = floorToMinute(this.now);
    const { grants } = this.entitlement;
    const fold = foldMinutes(
      { grants, start: S, resetAt: resetAtMinute(this.entitlement), events: this.events },
      minute,
      minute + MINUTE_MS,
    );
    const balance = [...fold.balances.values()].reduce((sum, part) => sum + part, ZERO);
    expect(this.warm.current()).toEqual({
      balance,
      overage: fold.overage,
      usageInPeriod: fold.usage,
      startOfPeriod: fold.since,
      hasAccess: balance > ZERO,
    });
    expect(this.warm.readAt(this.now)).toEqual(balanceAt(this.entitlement, sumsOf(this.events), this.now));
    expect(this.warm.readAt(this.now).at).toBe(ceilToMinute(this.now));
  }
}

describe('a warm balance', () => {
  it('equals a run from the start after any mixture of events, cancellations, voids, reads and resumptions', () => {
    fc.assert(
      fc.property(entitlements, steps, (entitlement, taken) => {
        const twin = new Twin(entitlement);
        for (const step of taken) {
          twin.take(step);
          twin.check();
        }
      }),
      { numRuns: RUNS },
    );
  });

  const plain: MeteredEntitlement = {
    id: 'e',
    measureUsageFrom: S,
    usagePeriod: { interval: parseInterval('P1D'), anchor: S },
    resets: [],
    preserveOverageAtReset: false,
    isSoftLimit: false,
    grants: [newGrant({ id: 'a', amount: 100n * ONE, effectiveAt: S, createdAt: S })],
  };

  it('I6: usage + balance - overage is the amount of one grant, however late events come', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 1_439 }), fc.integer({ min: 0, max: 30 }))), events => {
        const warm = new WarmBalance({ ...plain, usagePeriod: { interval: parseInterval('P1M'), anchor: S } }, new MinuteSums(), S);
        let now = S;
        for (const [minute, amount] of events) {
          warm.record(S + minute * MINUTE_MS, BigInt(amount) * ONE);
          now += HOUR_MS;
          warm.advance(now);
          const { usageInPeriod, balance, overage } = warm.current();
          expect(usageInPeriod + balance - overage).toBe(100n * ONE);
        }
      }),
    );
  });

  it('counts an event of the running minute at once, for decisions and for reads rounded up', () => {
    const warm = new WarmBalance(plain, new MinuteSums(), S + 30_000);
    warm.record(S + 10_000, 40n * ONE);
    expect(warm.current().balance).toBe(60n * ONE);
    expect(warm.readAt(S + 30_000).balance).toBe(60n * ONE);
    expect(warm.readAt(S).balance).toBe(100n * ONE);
  });

  it('does not decide on what happens in the next minute, though a read rounded up shows it', () => {
    const soon = newGrant({ id: 'b', amount: 5n * ONE, effectiveAt: S + MINUTE_MS, createdAt: S });
    const warm = new WarmBalance({ ...plain, grants: [...plain.grants, soon] }, new MinuteSums(), S + 30_000);
    expect(warm.current().balance).toBe(100n * ONE);
    expect(warm.readAt(S + 30_000).balance).toBe(105n * ONE);
  });

  it('lets a grant that begins at a reset pay what was kept there, though a checkpoint lies on it already', () => {
    const noon = S + 12 * HOUR_MS;
    const terms: MeteredEntitlement = {
      ...plain,
      usagePeriod: { interval: parseInterval('PT12H'), anchor: S },
      preserveOverageAtReset: true,
      grants: [
        newGrant({
          id: 'a',
          amount: 100n * ONE,
          priority: 2,
          effectiveAt: S,
          createdAt: S,
          resetMinRollover: 50n * ONE,
          resetMaxRollover: 50n * ONE,
        }),
      ],
    };
    const warm = new WarmBalance(terms, new MinuteSums(), S);
    warm.record(S + HOUR_MS, 130n * ONE);
    warm.advance(noon);
    expect(warm.current().balance).toBe(20n * ONE);
    const first = newGrant({ id: 'b', amount: 40n * ONE, priority: 1, effectiveAt: noon, createdAt: noon });
    warm.change({ ...terms, grants: [...terms.grants, first] }, noon);
    expect(warm.readAt(noon).grantBalances).toEqual(
      new Map([
        ['b', 10n * ONE],
        ['a', 50n * ONE],
      ]),
    );
  });

  it('never counts usage before the start of measurement', () => {
    const warm = new WarmBalance(plain, new MinuteSums(), S);
    warm.record(S - 1_000, 40n * ONE);
    warm.advance(S + HOUR_MS);
    expect(warm.current()).toMatchObject({ balance: 100n * ONE, usageInPeriod: ZERO });
  });

  it('ignores a snapshot of another version', () => {
    const stored = toStoredSnapshot(new WarmBalance(plain, new MinuteSums(), S).snapshot());
    expect(fromStoredSnapshot({ ...stored, version: 0 })).toBeUndefined();
  });
});
