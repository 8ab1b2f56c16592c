import { PoolsServiceService, type ExplainPoolResponse, type PlannedChange } from '@drawdown/proto/capacity';
import type { Timestamp } from '@drawdown/proto';
import { InvalidArgumentError, type Command } from 'commander';
import { milliText, readEachUnit, readMilli, readUnitSeconds, unitSecondsText, unitsText } from '../../capacity/amounts.js';
import { secondOf, secondText } from '../../capacity/seconds.js';
import { fieldsOf, printOne, tableText, type Column } from '../../output/output.js';
import { plain } from '../../output/plain.js';
import { readInstant } from '../arguments.js';
import { readNumber, withCapacity } from './arguments.js';
import { POOL_COLUMNS } from './columns.js';
import { dimensionText, explanationView } from './views.js';

export const registerPoolForecasts = (pools: Command): void => {
  registerExplain(pools);
  registerForecast(pools);
};

const CONTRIBUTIONS_SHOWN = 10;

const registerExplain = (pools: Command): void => {
  pools
    .command('explain')
    .description('how a balance came about, and what drains it most')
    .argument('<pool>', 'its number', readNumber)
    .option('--min-position <position>', 'no older than this, which a command answered')
    .action((poolId: number, { minPosition = '' }: { readonly minPosition?: string }, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const request = { poolId, contributionsMax: CONTRIBUTIONS_SHOWN, minPosition };
        const answer = await client.call(PoolsServiceService.explainPool, request);
        if (output.json) {
          output.write(JSON.stringify(explanationView(answer)));
          return;
        }
        printOne(output, explanationFields(answer), null);
        if (answer.dimensions.length > 0) output.write(tableText(answer.dimensions, DIMENSION_COLUMNS));
      }),
    );
};

const explanationFields = (answer: ExplainPoolResponse): Readonly<Record<string, string>> => {
  const { pool, credited, drained, unfunded, transferredIn, transferredOut, refunded, forfeited, governing } = answer;
  const sums = {
    bought: unitSecondsText(credited),
    'came from other pools': unitSecondsText(transferredIn),
    used: unitSecondsText(drained),
    'went to other pools': unitSecondsText(transferredOut),
    'given back': unitSecondsText(refunded),
    forfeited: unitSecondsText(forfeited),
    left: unitSecondsText(pool?.balance),
    'forgiven besides': unitSecondsText(unfunded),
    'ends first': dimensionText(governing),
  };
  const said = Object.entries(sums).filter(([, text]) => text !== '');
  return { ...(pool === undefined ? {} : fieldsOf(POOL_COLUMNS, pool)), ...Object.fromEntries(said) };
};

const DIMENSION_COLUMNS: readonly Column<ExplainPoolResponse['dimensions'][number]>[] = [
  { title: 'unit', text: ({ dimension }) => dimensionText(dimension) },
  { title: 'empty at', text: ({ emptyAt }) => secondText(emptyAt) },
  { title: 'workloads', text: ({ contributionCount }) => String(contributionCount), right: true },
  {
    title: 'most of it by',
    text: ({ contributions }) => contributions.map(({ workloadId, rate }) => `${String(workloadId)}: ${milliText(rate)}`).join('\n'),
  },
];

interface ForecastOptions {
  readonly until?: Timestamp;
  readonly plan?: readonly PlannedChange[];
}

/** `<instant>=<kind>:<text>` and what it is: the plan items that can be said on the command line. */
const PLANNED: Readonly<Record<string, (text: string) => PlannedChange['change']>> = {
  credit: text => ({ $case: 'credit', value: readEachUnit(readUnitSeconds)(text) }),
  rate: text => ({ $case: 'rateChange', value: readEachUnit(readSignedMilli)(text) }),
  pause: () => ({ $case: 'pause', value: {} }),
  resume: () => ({ $case: 'resume', value: {} }),
};

const readSignedMilli = (text: string): bigint => {
  const [, sign = '', units = ''] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  return sign === '-' ? -readMilli(units) : readMilli(units);
};

/** `2026-12-01T00:00:00Z=credit:3600`; the option may be given again. */
export const readPlanned = (text: string, before: readonly PlannedChange[] = []): readonly PlannedChange[] => {
  const [, instant = '', kind = '', value = ''] = /^([^=]+)=([a-z0-9-]+)(?::(.*))?$/s.exec(text) ?? [];
  const read = Object.hasOwn(PLANNED, kind) ? PLANNED[kind] : undefined;
  if (read === undefined)
    throw new InvalidArgumentError(`Written as instant=kind:value; a kind is one of ${Object.keys(PLANNED).join(', ')}.`);
  return [...before, { at: secondOf(readInstant(instant)), change: read(value) }];
};

const registerForecast = (pools: Command): void => {
  pools
    .command('forecast')
    .description('how long a pool lasts as things stand, or under a plan, and what it lacks to last longer')
    .argument('<pool>', 'its number', readNumber)
    .option('--until <instant>', 'how long it should last', readInstant)
    .option(
      '--plan <instant=kind:value>',
      'such as 2026-12-01T00:00:00Z=credit:2x30d or …=rate:cu=+2,su=-0.5; may be given again',
      readPlanned,
    )
    .action((poolId: number, { until, plan = [] }: ForecastOptions, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const request = { poolId, plan: [...plan], minPosition: '', ...(until === undefined ? {} : { until: secondOf(until) }) };
        const answer = await client.call(PoolsServiceService.forecastPool, request);
        const { emptyAt, dimension, curve, creditNeeded } = answer;
        const points = curve.map(({ at, balance, rates }) => ({ at: secondText(at), balance, rates }));
        if (output.json) {
          output.write(
            JSON.stringify(plain({ emptyAt: secondText(emptyAt), dimension: dimensionText(dimension), curve: points, creditNeeded })),
          );
          return;
        }
        const fields = { 'empty at': secondText(emptyAt), 'ends first': dimensionText(dimension), lacks: unitSecondsText(creditNeeded) };
        printOne(output, Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== '')), null);
        output.write(tableText(points, CURVE_COLUMNS));
      }),
    );
};

interface Point {
  readonly at: string;
  readonly balance: Parameters<typeof unitsText>[0];
  readonly rates: Parameters<typeof unitsText>[0];
}

const CURVE_COLUMNS: readonly Column<Point>[] = [
  { title: 'at', text: ({ at }) => at },
  { title: 'left', text: ({ balance }) => unitSecondsText(balance) },
  { title: 'drained by', text: ({ rates }) => unitsText(rates) },
];
