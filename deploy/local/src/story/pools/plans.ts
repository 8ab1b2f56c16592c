import { exactPurchases, prudentPurchases, purchaseOf } from './purchases.js';
import { inOrder, startOf, stopOf, type Step } from './steps.js';
import { NOTHING, times, totalOf } from './units.js';
import type { Trace, Workload } from './workloads.js';

/** What happens to one pool, in order of time. */
export interface PoolPlan {
  readonly name: string;
  /** Who buys, owns and runs: a tier of the cluster. */
  readonly customer: string;
  /** For how long workloads are suspended, instead of going at once, when what they use is empty. */
  readonly graceSeconds: number;
  readonly steps: readonly Step[];
}

/** Teams that share a tier; each has a pool of its own. */
const TEAMS: Readonly<Record<string, number>> = { 'latency-sensitive': 6, 'best-effort': 4, burstable: 1, guaranteed: 1 };
/** The one that is closed at the end, with what is left in it. */
const CLOSED = 'burstable';
/** Longer than telling takes. */
const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 24 * HOUR_SECONDS;
const GRACE_SECONDS = 600;

/** Seconds from the end of the trace. What happens then is waited for, live. */
const LIVE = { emptyEarly: -4, topUp: -2, volumeGone: -1, gone: 1, closed: 1 } as const;
/** Nothing is waited for before this many seconds from the end. */
export const LIVE_SECONDS = 8;
/** From then on every step has been taken. */
export const AFTER_END_SECONDS = 2;

/** Made up, for the units that the trace does not know: numbers that no workload of the file has. */
const VOLUME = { id: 1_000_001, ssdGB: 100, milliSu: 333n } as const;
const ADDRESS = { id: 1_000_002, milliIpv4u: 1_000n } as const;

/** Pools for a trace whose last second lies a little ahead of now. */
export const plansFor = (trace: Trace): readonly PoolPlan[] => {
  const lasting = trace.ran.filter(({ endedAt }) => endedAt === trace.end);
  const teams = groupByTeam(trace.ran.filter(({ endedAt }) => endedAt !== trace.end));
  const lastingOf = (remainder: number): readonly Workload[] => lasting.filter((_, index) => index % 2 === remainder);
  return [emptyAtTheEnd(lastingOf(0), trace.end), emptyJustBefore(lastingOf(1), trace.end), ...teams.map(team => ample(team, trace.end))];
};

interface Team {
  readonly name: string;
  readonly customer: string;
  readonly workloads: readonly Workload[];
}

/** Workloads of a tier take turns. */
const groupByTeam = (workloads: readonly Workload[]): readonly Team[] =>
  Object.entries(TEAMS).flatMap(([tier, count]) => {
    const own = workloads.filter(workload => workload.tier === tier);
    return Array.from({ length: count }, (_, place) => ({
      name: count === 1 ? tier : `${tier} ${String(place + 1)}`,
      customer: tier,
      workloads: own.filter((_workload, index) => index % count === place),
    }));
  });

const ample = ({ name, customer, workloads }: Team, end: number): PoolPlan => {
  const closing: readonly Step[] = name === CLOSED ? [{ kind: 'close', at: end + LIVE.closed }] : [];
  const purchases = prudentPurchases(workloads, end + HOUR_SECONDS);
  const steps = inOrder([...purchases, ...workloads.map(startOf), ...workloads.map(one => stopOf(one)), ...closing]);
  return { name, customer, graceSeconds: 0, steps };
};

/**
 * Runs empty in the very second in which the trace ends: all its workloads have to go, and are confirmed gone a second later. A volume in it runs out of
 * storage before: the others do not mind.
 */
const emptyAtTheEnd = (workloads: readonly Workload[], end: number): PoolPlan => {
  const volume: Workload = {
    id: VOLUME.id,
    tier: 'made up',
    resources: { cores: 0, memoryGiB: 0, ssdGB: VOLUME.ssdGB, publicAddresses: 0 },
    rates: { ...NOTHING, su: VOLUME.milliSu },
    startedAt: end - DAY_SECONDS,
    endedAt: end + LIVE.volumeGone,
  };
  const steps = inOrder([
    ...exactPurchases(workloads, end),
    ...exactPurchases([volume], end + LIVE.emptyEarly),
    ...[...workloads, volume].map(startOf),
    stopOf(volume),
    ...workloads.map(one => stopOf(one, end + LIVE.gone)),
  ]);
  return { name: 'lasting 1', customer: 'latency-sensitive', graceSeconds: 0, steps };
};

/** Runs empty shortly before, with time to spare: its workloads are suspended, and resume when it is topped up. Its address never lacks anything. */
const emptyJustBefore = (workloads: readonly Workload[], end: number): PoolPlan => {
  const address: Workload = {
    id: ADDRESS.id,
    tier: 'made up',
    resources: { cores: 0, memoryGiB: 0, ssdGB: 0, publicAddresses: 1 },
    rates: { ...NOTHING, ipv4u: ADDRESS.milliIpv4u },
    startedAt: end - DAY_SECONDS,
    endedAt: end,
  };
  const topUp = purchaseOf(end + LIVE.topUp, times(totalOf(workloads.map(({ rates }) => rates)), GRACE_SECONDS));
  const steps = inOrder([
    ...exactPurchases(workloads, end + LIVE.emptyEarly),
    purchaseOf(address.startedAt, times(address.rates, 2 * DAY_SECONDS)),
    ...[...workloads, address].map(startOf),
    topUp,
    ...[...workloads, address].map(one => stopOf(one)),
  ]);
  return { name: 'lasting 2', customer: 'latency-sensitive', graceSeconds: GRACE_SECONDS, steps };
};
