import { join } from 'node:path';
import type { DrawdownClient } from '@drawdown/cli';
import type { Stage } from '../../steps/step.js';
import { progressOf } from '../progress.js';
import { introduceCast, type Cast } from './cast.js';
import { clockText, differencesOf, requireAgreement, UNIT_NAMES } from './comparing.js';
import { expectedOutcome } from './expectation.js';
import { dueOf, moneyText, paidBy } from './money.js';
import { AFTER_END_SECONDS, LIVE_SECONDS, plansFor, type PoolPlan } from './plans.js';
import { News } from './news.js';
import { explain, outcomeOf } from './reading.js';
import { explanationText, poolsTable, sumsTable } from './table.js';
import { PoolTeller } from './telling.js';
import { grouped } from './units.js';
import type { Emptied } from './watching.js';
import { endingAt, readTrace } from './workloads.js';

const SAMPLE = join('deploy', 'local', 'sample', 'capacity-workloads.csv');
/** From the beginning of the telling to the end of the trace: enough to tell before it the past of the pools that run empty then. */
const END_AFTER_SECONDS = 15;
const MS_PER_SECOND = 1_000;

export interface PoolStory {
  readonly stage: Stage;
  readonly namespace: string;
  readonly client: DrawdownClient;
}

/**
 * Real workloads run on pools that are bought, topped up, and in two cases run empty before our eyes. Every figure is compared with a second computation
 * that knows the file and the plans, and shares no code with the service.
 * @throws Fault `STORY_DISAGREES` naming the first differences
 */
export const tellOfPools = async (story: PoolStory): Promise<void> => {
  const { stage, namespace, client } = story;
  const { say, workspace } = stage.launch;
  const inFile = await readTrace(join(workspace.root, SAMPLE));
  const trace = endingAt(inFile, Math.floor(Date.now() / MS_PER_SECOND) + END_AFTER_SECONDS);
  const plans = plansFor(trace);
  const workloads = grouped(BigInt(trace.ran.length) * 1_000n);
  say(
    `\nAnd of pools: ${workloads} workloads of a cluster, 149 days that end at ${clockText(trace.end)} UTC, on ${String(plans.length)} pools.`,
  );
  const cast = await introduceCast(client, namespace, plans);
  const tellers = await tellAll(story, cast, plans, trace.end);

  const answers = await Promise.all(tellers.map(({ poolId, position }) => explain(client, poolId, position)));
  const read = tellers.map(({ plan, emptyAt }, index) => outcomeOf(plan.name, answerAt(answers, index), emptyAt));
  const rows = tellers.map(({ plan, poolId }, index) => ({ plan, poolId, outcome: answerAt(read, index) }));
  say(poolsTable(rows));
  say(sumsTable(read));
  const { paid, differences } = await compareMoney(client, cast, plans);
  requireAgreement([...differencesOf(read, plans.map(expectedOutcome)), ...differences]);
  say('Read over gRPC: of each unit, what was bought is what was used, is left or was forfeited, to the thousandth of a unit-second.');
  say(`Every figure was computed a second time from the file, and agrees; so do the ${moneyText(paid)} that were paid of prepaid money.`);
};

const answerAt = <Answer>(answers: readonly Answer[], index: number): Answer => {
  const answer = answers[index];
  if (answer === undefined) throw new RangeError(`there is no answer ${String(index)}`);
  return answer;
};

/**
 * First the past of the pools that run empty at the end, which has to be told by then; then that of all others, while those go on. What becomes of them
 * is said as it happens, or when the progress has been shown.
 */
const tellAll = async (
  { stage, client }: PoolStory,
  cast: Cast,
  plans: readonly PoolPlan[],
  end: number,
): Promise<readonly PoolTeller[]> => {
  const { say } = stage.launch;
  const news = new News(say);
  const tellers = plans.map(plan => new PoolTeller({ client, cast, plan, expected: expectedOutcome(plan), ...tidings(plan, news, end) }));
  const tell = (some: readonly PoolTeller[], until: number, onStep?: () => void) =>
    Promise.all(some.map(teller => teller.tellUntil(until, onStep)));
  const isEmptying = ({ plan }: PoolTeller): boolean => expectedOutcome(plan).emptyAt.size > 0;
  const [emptying, others] = [tellers.filter(isEmptying), tellers.filter(teller => !isEmptying(teller))];
  const [live, after] = [end - LIVE_SECONDS, end + AFTER_END_SECONDS];
  await tell(emptying, live);
  for (const { plan, poolId, position } of emptying) {
    say(`  ${plan.name} (pool ${String(poolId)}): ${explanationText(await explain(client, poolId, position))}`);
  }
  const tellOthers = async (): Promise<void> => {
    const total = others.reduce((sum, { plan }) => sum + plan.steps.filter(({ at }) => at < live).length, 0);
    news.hold();
    const progress = progressOf(say, 'Telling the past of the other pools', total);
    const startedAt = performance.now();
    let done = 0;
    await tell(others, live, () => progress.update((done += 1)));
    progress.end(`${((performance.now() - startedAt) / MS_PER_SECOND).toFixed(1)} s`);
    news.release();
    await tell(others, after);
  };
  await Promise.all([tell(emptying, after), tellOthers()]);
  return tellers;
};

/** What is worth a line of what becomes of a pool. */
const tidings = (plan: PoolPlan, news: News, end: number) => ({
  onEmptied: ({ poolId }: PoolTeller, emptied: Emptied): void => news.tell(emptiedText(plan, poolId, emptied)),
  onPurchase: ({ poolId }: PoolTeller, at: number): void => {
    if (at >= end - LIVE_SECONDS) news.tell(`  ${plan.name} (pool ${String(poolId)}) is topped up: what was suspended goes on.`);
  },
});

const emptiedText = ({ name, graceSeconds }: PoolPlan, poolId: number, { unit, at, workloads, seenAfterMs }: Emptied): string => {
  const fate = graceSeconds === 0 ? `${workloads === 1 ? 'has' : 'have'} to go` : `are suspended, for ${String(graceSeconds)} s at most`;
  return `  ${name} (pool ${String(poolId)}) has run empty of ${UNIT_NAMES[unit]} at ${clockText(at)}, seen ${String(seenAfterMs)} ms later: ${workloads === 1 ? '1 workload' : `${String(workloads)} workloads`} ${fate}.`;
};

/** What customers paid is what their purchases cost by the list. */
const compareMoney = async (client: DrawdownClient, cast: Cast, plans: readonly PoolPlan[]) => {
  const differences: string[] = [];
  let paid = 0n;
  for (const customer of cast.customers.values()) {
    const due = dueOf(plans.filter(plan => plan.customer === customer.name));
    const own = await paidBy(client, customer);
    paid += own;
    if (own !== due) differences.push(`${customer.name} paid ${moneyText(own)}, and must have paid ${moneyText(due)}`);
  }
  return { paid, differences };
};
