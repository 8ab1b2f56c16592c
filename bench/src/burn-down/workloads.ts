import { DAY_MS, HOUR_MS, MINUTE_MS, parseInterval, type InstantMs } from '@drawdown/calendar';
import {
  RunningSums,
  initialSnapshot,
  newGrant,
  type EngineReset,
  type Grant,
  type GrantDraft,
  type RunInput,
} from '@drawdown/entitlements/domain';
import { ONE, ZERO } from '@drawdown/quantity';

/** 2025-03-01T00:00:00Z, the start of every workload. */
export const S: InstantMs = Date.UTC(2025, 2, 1);

/** What a workload must end in, in whole units. */
export interface EndState {
  readonly balance: bigint;
  readonly overage: bigint;
  readonly usage: bigint;
  readonly grantUsage: bigint;
}

export interface Workload {
  readonly input: RunInput;
  readonly end: EndState;
}

/** The generator of the baseline: the first `count` values below `modulus`. */
export const generate = (count: number, modulus: number): number[] => {
  let x = 42n;
  return Array.from({ length: count }, () => {
    x = (x * 1103515245n + 12345n) % 2147483648n;
    return Number(x / 65536n) % modulus;
  });
};

const grant = (draft: Omit<GrantDraft, 'createdAt' | 'amount'> & { readonly amount: number }): Grant =>
  newGrant({ createdAt: S, ...draft, amount: BigInt(draft.amount) * ONE });

/** Usage in buckets of the given length, one value each: prefix sums, since bounds lie on the grid of the events. */
const usageEvery = (bucketMs: number, values: readonly number[]): RunningSums => {
  const sums = new RunningSums(bucketMs);
  values.forEach((value, index) => sums.add(S + index * bucketMs, BigInt(value) * ONE));
  sums.between(S, S + values.length * bucketMs + 1);
  return sums;
};

const DAILY = parseInterval('P1D');

const TEN_YEARS_BEFORE = Date.UTC(2015, 2, 1);

const recurringGrants = (): Grant[] =>
  [0, 1, 2, 3, 4].map(i =>
    grant({ id: `g${i}`, amount: 500, priority: i % 3, effectiveAt: S, recurrence: { interval: DAILY, anchor: S + i * HOUR_MS } }),
  );

const expiringGrants = (): Grant[] =>
  [5, 6, 7, 8, 9].map(i =>
    grant({
      id: `g${i}`,
      amount: 2_000,
      priority: i % 3,
      effectiveAt: S + 5 * (i - 5) * DAY_MS,
      expiration: { count: 20, duration: 'DAY' },
    }),
  );

const runFrom = (
  start: InstantMs,
  grants: readonly Grant[],
  until: InstantMs,
  usage: RunInput['usage'],
  resets: readonly EngineReset[] = [],
): RunInput => ({ grants, start: initialSnapshot(grants, start), until, usage, resets });

const end = (balance: number, overage: number, usage: number, grantUsage: number): EndState => ({
  balance: BigInt(balance),
  overage: BigInt(overage),
  usage: BigInt(usage),
  grantUsage: BigInt(grantUsage),
});

/** Ten grants, a month, an event a minute: a cold run. */
export const workloadA = (): Workload => ({
  input: runFrom(S, [...recurringGrants(), ...expiringGrants()], S + 30 * DAY_MS, usageEvery(MINUTE_MS, generate(43_200, 5))),
  end: end(0, 3_013, 86_256, 83_243),
});

/** A thousand one-off grants that expire one after the other. */
export const workloadB = (): Workload => {
  const grants = Array.from({ length: 1_000 }, (_, k) =>
    grant({
      id: `g${String(k).padStart(3, '0')}`,
      amount: 10,
      priority: 1,
      effectiveAt: S,
      expiration: { count: Math.floor(((k + 1) * 8_760) / 1_000), duration: 'HOUR' },
    }),
  );
  return {
    input: runFrom(S, grants, S + 8_759 * HOUR_MS, usageEvery(HOUR_MS, generate(8_760, 3))),
    end: end(2, 0, 8_638, 8_638),
  };
};

/** A year of daily resets with kept overage. */
export const workloadC = (): Workload => {
  const amounts = [100, 60, 40];
  const grants = amounts.map((amount, index) =>
    grant({
      id: 'abc'.charAt(index),
      amount,
      priority: index === 0 ? 1 : 2,
      effectiveAt: S,
      resetMaxRollover: (BigInt(amount) * ONE) / 2n,
      resetMinRollover: (BigInt(amount) * ONE) / 4n,
    }),
  );
  const resets = Array.from({ length: 365 }, (_, day) => ({ at: S + (day + 1) * DAY_MS, preserveOverage: true }));
  return {
    input: runFrom(S, grants, S + 365 * DAY_MS, usageEvery(HOUR_MS, generate(8_760, 6)), resets),
    end: end(0, 3_309, 0, 50),
  };
};

/** As a, until the 29th day at 12:30. */
export const workloadD = (): Workload => {
  const { input } = workloadA();
  return { input: { ...input, until: S + 29 * DAY_MS + 12 * HOUR_MS + 30 * MINUTE_MS }, end: end(0, 2_140, 84_883, 82_743) };
};

/** What d ends in with 7 more at its last minute. */
export const END_OF_D_WITH_ONE_MORE = end(0, 2_147, 84_890, 82_743);

/** A daily grant whose anchor lies ten years back, for a month. */
export const workloadE = (): Workload => ({
  input: runFrom(
    S,
    [grant({ id: 'a', amount: 100, priority: 1, effectiveAt: S, recurrence: { interval: DAILY, anchor: TEN_YEARS_BEFORE } })],
    S + 30 * DAY_MS,
    usageEvery(MINUTE_MS, generate(43_200, 5)),
  ),
  end: end(0, 83_156, 86_256, 3_100),
});

/** A daily grant for ten years without events. */
export const workloadF = (): Workload => ({
  input: runFrom(
    TEN_YEARS_BEFORE,
    [
      grant({
        id: 'a',
        amount: 100,
        priority: 1,
        effectiveAt: TEN_YEARS_BEFORE,
        recurrence: { interval: DAILY, anchor: TEN_YEARS_BEFORE },
      }),
    ],
    S,
    { between: () => ZERO },
  ),
  end: end(100, 0, 0, 0),
});

/** 100 000 one-off grants that begin and end all over a year. */
export const workloadHundredThousand = (): RunInput => {
  const grants = Array.from({ length: 100_000 }, (_, k) =>
    grant({
      id: `g${String((k * 7_919) % 100_000).padStart(6, '0')}`,
      amount: 10,
      priority: k % 4,
      effectiveAt: S + ((k * 31) % 8_000) * HOUR_MS,
      expiration: { count: 1 + ((k * 17) % 700), duration: 'HOUR' },
    }),
  );
  return runFrom(S, grants, S + 365 * DAY_MS, usageEvery(HOUR_MS, generate(8_760, 200)));
};
