import fc from 'fast-check';
import { snapshotCodecOf } from '../../src/adapters/wire/snapshots.js';
import {
  DEFAULT_POLICY,
  DIMENSIONS,
  evolvePool,
  of,
  stayOf,
  type Amounts,
  type Pool,
  type PoolCommand,
  type Segment,
} from '../../src/domain/index.js';
import { PoolHistory, sequences, T } from './pool-history.js';

const WORKLOADS = 6;

/** A command some seconds after the one before it. */
type Step = (at: number) => PoolCommand;

const workloadId = fc.integer({ min: 1, max: WORKLOADS });
const rates = fc
  .tuple(fc.constantFrom(0, 1, 1_000, 3_333), fc.constantFrom(0, 500), fc.constantFrom(0, 1_000))
  .map(([cu, su, ipv4u]) => [cu, su, ipv4u] as const);
const amounts = fc
  .tuple(fc.constantFrom(0, 7, 100_000, 2n ** 54n), fc.constantFrom(0, 50_000), fc.constantFrom(0, 1_000_000))
  .map(([cu, su, ipv4u]) => [cu, su, ipv4u] as const);

/** What credits, drains, holds, pauses and falls due. */
const draining: readonly fc.Arbitrary<Step>[] = [
  amounts.map((given): Step => at => ({ type: 'credit', source: { cause: 'test' }, amounts: given, nodeIds: [], at })),
  fc.tuple(workloadId, rates).map(([id, given]): Step => at => ({
    type: 'hold',
    workloadId: id,
    rates: given,
    formulaVersion: 2,
    horizonSeconds: 1,
    until: at + 20,
    at,
  })),
  fc
    .tuple(workloadId, rates, fc.constantFrom('n1', undefined))
    .map(([id, given, nodeId]): Step => at => ({ type: 'activate', workloadId: id, rates: given, formulaVersion: 2, nodeId, at })),
  workloadId.map((id): Step => at => ({ type: 'release', workloadId: id, cause: 'deleted', at })),
  fc.tuple(workloadId, rates).map(([id, given]): Step => at => ({ type: 'rebase', rates: new Map([[id, given]]), formulaVersion: 3, at })),
  fc.constant<Step>(at => ({ type: 'check', at })),
  fc.tuple(workloadId, rates).map(([id, given]): Step => at => ({
    type: 'hold',
    workloadId: id,
    rates: given,
    formulaVersion: 2,
    runForSeconds: 30,
    until: at + 20,
    at,
  })),
  fc.boolean().map((isPause): Step => at => ({ type: isPause ? 'pause' : 'resume', cause: 'test', at })),
  fc
    .tuple(workloadId, fc.boolean())
    .map(([id, isPause]): Step => at => ({ type: isPause ? 'pause-workloads' : 'resume-workloads', workloadIds: [id], at })),
  fc.tuple(fc.constantFrom(0, 45), fc.boolean()).map(([graceSeconds, suspendsInGrace]): Step => at => ({
    type: 'set-policy',
    policy: { ...DEFAULT_POLICY, graceSeconds, suspendsInGrace },
    at,
  })),
];

/** What gives capacity or workloads away. */
const giving: readonly fc.Arbitrary<Step>[] = [
  fc.tuple(workloadId, fc.nat(1_000)).map(([id, n]): Step => at => ({
    type: 'transfer-out',
    transferId: `t${n}`,
    peer: 99,
    amounts: [1_000, 0, 0],
    workloadIds: [id],
    isConsented: false,
    at,
  })),
  fc.nat(1_000).map((n): Step => at => ({ type: 'refund', refundId: `r${n}`, amounts: [1_000, 0, 0], at })),
  fc.constant<Step>(at => ({ type: 'close', cause: 'test', at })),
];

const stepsOf = (kinds: readonly fc.Arbitrary<Step>[]): fc.Arbitrary<[number, Step][]> =>
  fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.oneof(...kinds)), { minLength: 1, maxLength: 30 });

const anySteps = stepsOf([...draining, ...draining, ...giving]);

/** Applies what can be applied; a refusal records nothing. */
const run = (history: PoolHistory, command: PoolCommand): void => {
  try {
    history.execute(command);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'Refusal') throw error;
  }
};

const codec = snapshotCodecOf('pool');

describe('snapshots of pools', () => {
  it('give with the events after them what all events give, to the byte, wherever they are made', () => {
    fc.assert(
      fc.property(anySteps, fc.infiniteStream(fc.boolean()), (plan, coins) => {
        const history = PoolHistory.opened(1, sequences());
        let at = T;
        for (const [seconds, next] of plan) run(history, next((at += seconds)));
        let pool: Pool | undefined;
        for (const event of history.events) {
          pool = evolvePool(pool, event);
          if (coins.next().value === true) pool = codec.read(codec.write(pool));
        }
        expect(codec.write(pool as Pool)).toBe(codec.write(history.pool));
      }),
      { numRuns: 150 },
    );
  });

  it('read back a pool of 10,000 workloads to the byte', () => {
    const history = PoolHistory.opened(1, sequences()).credit(10n ** 15n);
    for (let id = 10_000; id > 0; id -= 1) history.activate(id, id % 7, T + 1);
    const written = codec.write(history.pool);
    expect(codec.write(codec.read(written))).toBe(written);
  });
});

describe('what the documents show of a pool', () => {
  it('is every workload as it stands to the pool, and as it left', () => {
    fc.assert(
      fc.property(anySteps, plan => {
        const history = PoolHistory.opened(1, sequences());
        const shown = new Map<number, unknown>();
        let at = T;
        for (const [seconds, next] of plan) {
          run(history, next((at += seconds)));
          for (const [id, { value }] of history.image().stays) shown.set(id, value);
          for (let id = 1; id <= WORKLOADS; id += 1) {
            const now = stayOf(history.pool, id);
            if (now !== undefined) expect(shown.get(id)).toEqual(now);
            else if (shown.has(id)) expect(shown.get(id)).toMatchObject({ workloadId: id, state: 'released' });
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('is all that was drained: what was credited is what the stretches drained and what is left', () => {
    fc.assert(
      fc.property(stepsOf(draining), plan => {
        const history = PoolHistory.opened(1, sequences());
        let at = T;
        for (const [seconds, next] of plan) run(history, next((at += seconds)));
        const segments = history.image().segments.map(({ value }) => value);
        for (const dimension of DIMENSIONS) {
          const sumOf = (amountsOf: (segment: Segment) => Amounts): bigint =>
            segments.reduce((sum, segment) => sum + BigInt(of(amountsOf(segment), dimension)), 0n);
          const { balance, credited, unfunded } = history.pool;
          expect(sumOf(({ drained }) => drained) + BigInt(of(balance, dimension))).toBe(BigInt(of(credited, dimension)));
          expect(sumOf(segment => segment.unfunded)).toBe(BigInt(of(unfunded, dimension)));
        }
        segments.forEach(({ from, to }, index) => {
          expect(from).toBeLessThan(to);
          expect(from).toBeGreaterThanOrEqual(segments[index - 1]?.to ?? T);
        });
      }),
      { numRuns: 150 },
    );
  });
});
