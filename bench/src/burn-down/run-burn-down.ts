import assert from 'node:assert/strict';
import { loadavg } from 'node:os';
import { DAY_MS, HOUR_MS, MINUTE_MS, parseInterval, periodAt } from '@drawdown/calendar';
import {
  MinuteSums,
  WarmBalance,
  newGrant,
  newMeteredEntitlement,
  run,
  runWithHistory,
  sortByBurnOrder,
  totalBalance,
  withGrants,
  type Grant,
  type RunInput,
  type Snapshot,
} from '@drawdown/entitlements/domain';
import { ONE } from '@drawdown/quantity';
import { measure, type Timing } from '../measure.js';
import { describeRow, HEADER, type Row } from './report.js';
import {
  END_OF_D_WITH_ONE_MORE,
  S,
  generate,
  workloadA,
  workloadB,
  workloadC,
  workloadD,
  workloadE,
  workloadF,
  workloadHundredThousand,
  type EndState,
  type Workload,
} from './workloads.js';

const assertEnd = (name: string, snapshot: Snapshot, expected: EndState): void => {
  const whole = (text: bigint): bigint => text * ONE;
  assert.equal(totalBalance(snapshot.balances), whole(expected.balance), `${name}: balance`);
  assert.equal(snapshot.overage, whole(expected.overage), `${name}: overage`);
  assert.equal(snapshot.usage, whole(expected.usage), `${name}: usage`);
  assert.equal(snapshot.totalGrantUsage, whole(expected.grantUsage), `${name}: grant usage`);
};

/** A workload's end state, checked, and the time of its runs. Segments are counted once, outside the timing. */
const cold = (name: string, workload: Workload, referenceMs: number): Row => {
  assertEnd(name, run(workload.input), workload.end);
  const segments = runWithHistory(workload.input).history.segments.length;
  return { name, timing: measure(() => run(workload.input)), referenceMs, segments };
};

const timed = (name: string, referenceMs: number | undefined, work: () => void): Row => ({ name, timing: measure(work), referenceMs });

const resumed = (): Row => {
  const { input, end } = workloadD();
  const at = S + 28 * DAY_MS + 4 * HOUR_MS;
  const checkpoint = withGrants(run({ ...input, until: at }), input.grants);
  const rest: RunInput = { ...input, start: checkpoint };
  return cold('d resumed from a checkpoint', { input: rest, end }, 0.162);
};

const EVENTS_PER_BATCH = 1_000;

/** Workload d kept warm at its last minute; the reference's d has no usage after its end, so neither has this. */
const warmD = (more: readonly Grant[]): WarmBalance => {
  const { input } = workloadD();
  const usage = new MinuteSums();
  for (const [minute, value] of generate(43_200, 5).entries()) {
    const at = S + minute * MINUTE_MS;
    if (at < input.until) usage.add(at, BigInt(value) * ONE);
  }
  const entitlement = newMeteredEntitlement({
    id: 'd',
    measureUsageFrom: S,
    usagePeriod: { interval: parseInterval('P1Y'), anchor: S },
    resets: [],
    preserveOverageAtReset: false,
    isSoftLimit: false,
    grants: [...input.grants, ...more],
  });
  return new WarmBalance(entitlement, usage, input.until - MINUTE_MS);
};

const assertWarm = (name: string, warm: WarmBalance, expected: EndState): void => {
  const { balance, overage, usageInPeriod, totalAvailable } = warm.readAt(workloadD().input.until);
  const found = [balance, overage, usageInPeriod, totalAvailable - balance];
  assert.deepEqual(
    found,
    [expected.balance, expected.overage, expected.usage, expected.grantUsage].map(whole => whole * ONE),
    name,
  );
};

/** One event after the other, each followed by a decision's look at the balance. */
const eventsOn = (name: string, warm: WarmBalance): Row => {
  const now = workloadD().input.until - MINUTE_MS;
  const batch = measure(() => {
    for (let event = 0; event < EVENTS_PER_BATCH; event += 1) {
      warm.record(now, ONE);
      warm.current();
    }
  });
  const timing: Timing = { ...batch, medianMs: batch.medianMs / EVENTS_PER_BATCH, bestMs: batch.bestMs / EVENTS_PER_BATCH };
  return { name, timing, referenceMs: 0.157 };
};

const oneMoreWarm = (): Row => {
  const warm = warmD([]);
  assertWarm('d warm', warm, workloadD().end);
  warm.record(workloadD().input.until - MINUTE_MS, 7n * ONE);
  assertWarm('d warm, one more event', warm, END_OF_D_WITH_ONE_MORE);
  return eventsOn('d one more event, warm', warm);
};

/** The same where a grant still pays: in d itself every event only adds to the overage. */
const oneMoreWarmPaid = (): Row => {
  const plenty = newGrant({ id: 'plenty', amount: 10n ** 15n * ONE, priority: 9, effectiveAt: S, createdAt: S });
  return eventsOn('d one more event, warm, paid', warmD([plenty]));
};

const periodLookup = (interval: string, referenceMs: number): Row => {
  const recurrence = { interval: parseInterval(interval), anchor: Date.UTC(2015, 2, 1) };
  return timed(`g period holding an instant, ${interval}`, referenceMs, () => {
    periodAt(recurrence, S + 12 * HOUR_MS);
  });
};

/** Grants that are in order already: the reference compares the same. */
const sorting = (): Row => {
  const { input } = workloadB();
  const sorted = sortByBurnOrder(input.grants);
  return timed('h sorting 1000 grants in order', 0.128, () => {
    sortByBurnOrder(sorted);
  });
};

/**
 * The baseline's workloads a–h: checks every end state to the digit, then prints our figures beside the reference's
 * (`docs` of the baseline: Go, one core, in-memory usage). Compare ratios and not absolute numbers: both machines are shared.
 */
export const runBurnDown = (): void => {
  const print = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  print(`burn-down · node ${process.version} · load ${loadavg()[0]?.toFixed(1) ?? '?'}`);
  print(HEADER);
  const rows: (() => Row)[] = [
    () => cold('a cold run, 10 grants', workloadA(), 1.154),
    () => cold('b 1000 one-off grants', workloadB(), 655),
    () => cold('c 365 daily resets', workloadC(), 4.27),
    () => cold('d cold', workloadD(), 1.168),
    resumed,
    oneMoreWarm,
    oneMoreWarmPaid,
    () => cold('e daily, anchor ten years back', workloadE(), 2.8),
    () => cold('f daily for ten years', workloadF(), 12),
    () => periodLookup('P1M', 0.176),
    () => periodLookup('P1D', 5.31),
    sorting,
    () => timed('100 000 grants sorted and run once', undefined, () => run(workloadInput)),
  ];
  const workloadInput = workloadHundredThousand();
  for (const row of rows) print(describeRow(row()));
};
