import { join } from 'node:path';
import { expectedOutcome } from '../src/story/pools/expectation.js';
import { plansFor, type PoolPlan } from '../src/story/pools/plans.js';
import { inOrder, startOf, stopOf, type Step } from '../src/story/pools/steps.js';
import { grouped, NOTHING, plus, roundedDown, roundedUp, times, totalOf, type Amounts } from '../src/story/pools/units.js';
import { endingAt, readTrace, type Workload } from '../src/story/pools/workloads.js';
import { repository } from './temporary.js';

const SAMPLE = join(repository, 'deploy/local/sample/capacity-workloads.csv');
const END = 1_800_000_000;
const HOUR_SECONDS = 3_600;

const units = (cu: number, su = 0, ipv4u = 0): Amounts => ({
  cu: BigInt(cu * 1_000),
  su: BigInt(su * 1_000),
  ipv4u: BigInt(ipv4u * 1_000),
});

const workload = (id: number, rates: Amounts, startedAt: number, endedAt: number): Workload => ({
  id,
  tier: 'test',
  resources: { cores: 0, memoryGiB: 0, ssdGB: 0, publicAddresses: 0 },
  rates,
  startedAt,
  endedAt,
});

const plan = (steps: readonly Step[], graceSeconds = 0): PoolPlan => ({ name: 'p', customer: 'c', graceSeconds, steps: inOrder(steps) });
const buy = (at: number, amounts: Amounts): Step => ({ kind: 'buy', at, amounts });

describe('the second opinion about pools', () => {
  it('drains by the second, and counts what ran dry as forgiven', () => {
    const one = workload(1, units(3), 0, 35);
    expect(expectedOutcome(plan([buy(0, units(100)), startOf(one), stopOf(one)]))).toEqual({
      name: 'p',
      bought: units(100),
      used: units(100),
      left: NOTHING,
      forfeited: NOTHING,
      unfunded: units(5),
      emptyAt: new Map([['cu', 33]]),
      running: 0,
    });
  });

  it('lets a unit run empty without the others', () => {
    const [compute, storage] = [workload(1, units(1), 0, 400), workload(2, units(0, 1), 0, 305)];
    const steps = [buy(0, units(10_000, 300)), startOf(compute), startOf(storage), stopOf(storage), stopOf(compute)];
    expect(expectedOutcome(plan(steps))).toMatchObject({
      used: units(400, 300),
      left: units(9_600),
      unfunded: units(0, 5),
      emptyAt: new Map([['su', 300]]),
    });
  });

  it('suspends within the grace, and lets a purchase resume', () => {
    const one = workload(1, units(3), 0, 410);
    const steps = [buy(0, units(100)), startOf(one), buy(400, units(600)), stopOf(one)];
    expect(expectedOutcome(plan(steps, 600))).toMatchObject({
      used: units(129),
      left: units(571),
      unfunded: NOTHING,
      emptyAt: new Map([['cu', 33]]),
    });
  });

  it('gives up what is left when a pool closes', () => {
    const steps: Step[] = [buy(0, units(10, 20, 30)), { kind: 'close', at: 5 }];
    expect(expectedOutcome(plan(steps))).toMatchObject({ left: NOTHING, forfeited: units(10, 20, 30) });
  });
});

describe('the sample of workloads', () => {
  it('has the sums that its origin states', async () => {
    const { ran, neverRan, end } = await readTrace(SAMPLE);
    expect([ran.length, neverRan, end]).toEqual([2_427, 291, 12_902_960]);
    expect(totalOf(ran.map(({ rates, startedAt, endedAt }) => times(rates, endedAt - startedAt)))).toEqual({
      ...NOTHING,
      cu: 327_916_501_781n,
    });
    let [rates, peak, peakAt] = [0n, 0n, 0];
    for (const step of inOrder([...ran.map(startOf), ...ran.map(one => stopOf(one))])) {
      if (step.kind === 'start') rates += step.workload.rates.cu;
      if (step.kind === 'stop') rates -= step.workload.rates.cu;
      if (rates > peak) [peak, peakAt] = [rates, step.at];
    }
    expect([peak, peakAt]).toEqual([180_867n, 12_200_495]);
  });

  it('is told whole: every workload in one pool, at its own times but for those that are waited for', async () => {
    const trace = endingAt(await readTrace(SAMPLE), END);
    const steps = plansFor(trace).flatMap(({ steps: own }) => own);
    const starts = steps.flatMap(step => (step.kind === 'start' && step.workload.tier !== 'made up' ? [step] : []));
    expect(starts.map(({ workload: { id }, at }) => `${String(id)} ${String(at)}`).sort()).toEqual(
      trace.ran.map(({ id, startedAt }) => `${String(id)} ${String(startedAt)}`).sort(),
    );
    const late = steps.filter(step => step.kind === 'stop' && step.at > END);
    expect(late.map(({ at }) => at - END)).toEqual(Array.from({ length: 8 }, () => 1));
  });
});

describe('the plan of the pools', () => {
  it('leaves nothing due before it is told, whatever the order in which the past of the pools is told', async () => {
    for (const { name, steps } of plansFor(endingAt(await readTrace(SAMPLE), END))) {
      if (name.startsWith('lasting')) continue;
      let [balance, rates, asOf] = [0n, 0n, 0];
      for (const [index, step] of steps.entries()) {
        balance -= rates * BigInt(step.at - asOf);
        asOf = step.at;
        if (step.kind === 'buy') balance += step.amounts.cu;
        if (step.kind === 'start') rates += step.workload.rates.cu;
        if (step.kind === 'stop') rates -= step.workload.rates.cu;
        const isLastOfSecond = steps[index + 1]?.at !== step.at;
        if (isLastOfSecond && balance < rates * BigInt(END + HOUR_SECONDS - asOf))
          throw new Error(`${name} is due before the end, from ${String(asOf)} on`);
        // Within a second purchases come first, so that not even an instant between two commands is short.
        expect(balance >= rates * BigInt(END + HOUR_SECONDS - asOf)).toBe(true);
      }
    }
  });

  it('comes out as planned', async () => {
    const trace = endingAt(await readTrace(SAMPLE), END);
    const outcomes = plansFor(trace).map(expectedOutcome);
    const [strict, spared] = outcomes;
    expect(strict).toMatchObject({
      left: { cu: 0n },
      emptyAt: new Map([
        ['su', END - 7],
        ['cu', END],
      ]),
      running: 0,
    });
    expect(spared?.emptyAt.get('cu')).toBe(END - 4);
    expect(outcomes.filter(({ emptyAt }) => emptyAt.size > 0)).toHaveLength(2);
    expect(outcomes.filter(({ forfeited }) => forfeited.cu > 0n).map(({ name }) => name)).toEqual(['burstable']);
    const sum = (of: (outcome: (typeof outcomes)[number]) => Amounts): Amounts => totalOf(outcomes.map(of));
    expect(sum(({ bought }) => bought)).toEqual(
      [sum(({ used }) => used), sum(({ left }) => left), sum(({ forfeited }) => forfeited)].reduce(plus),
    );
  });
});

describe('amounts', () => {
  it('are printed in units, with thousandths where there are some', () => {
    expect([0n, 1_000n, 1_234_567_890n, 1_050n].map(grouped)).toEqual(['0', '1', '1,234,567.89', '1.05']);
  });

  it('are bought whole', () => {
    const rates: Amounts = { cu: 1_001n, su: 999n, ipv4u: 2_000n };
    expect(roundedUp(rates)).toEqual({ cu: 2_000n, su: 1_000n, ipv4u: 2_000n });
    expect(roundedDown(rates)).toEqual({ cu: 1_000n, su: 0n, ipv4u: 2_000n });
  });
});
