import { Aggregation, CatalogServiceService, Feature, Meter } from '@drawdown/proto';
import { Option, type Command } from 'commander';
import { collect, listAll } from '../client/pages.js';
import { newRequestIdentity } from '../client/request-identity.js';
import { fieldsOf, printList, printOne, type Column } from '../output/output.js';
import { plain } from '../output/plain.js';
import { readPair } from './arguments.js';
import { withSession } from './session.js';
import { meterView } from './views.js';

type Pairs = ReadonlyMap<string, readonly string[]>;

interface MeterOptions {
  readonly eventType: string;
  readonly aggregation: 'sum' | 'count';
  readonly valuePath?: string;
  readonly group?: Pairs;
}

interface FeatureOptions {
  readonly meter?: string;
  readonly name?: string;
  readonly filter?: Pairs;
}

const EVERYTHING = { pageSize: 0, pageToken: '', minPosition: '' } as const;
const AGGREGATIONS = { sum: Aggregation.SUM, count: Aggregation.COUNT } as const;

export const registerMeters = (program: Command): void => {
  const meters = program.command('meters').description('rules that turn events into numbers');
  meters
    .command('list')
    .description('meters of the namespace')
    .action((_options: unknown, command: Command) =>
      withSession(command, async ({ client, output }) => {
        const found = await collect(listAll(client, CatalogServiceService.listMeters, { ...EVERYTHING }, page => page.meters));
        printList(output, found, METER_COLUMNS, meterView);
      }),
    );
  meters
    .command('create')
    .description('add a meter')
    .argument('<key>', 'name of the meter')
    .requiredOption('--event-type <type>', 'CloudEvents type of the events it counts')
    .addOption(new Option('--aggregation <how>', 'how values are combined').choices(Object.keys(AGGREGATIONS)).makeOptionMandatory())
    .option('--value-path <path>', 'JSONPath of the number in the data, such as $.tokens (only for sum)')
    .option('--group <name=path>', 'a value to filter by later; may be given again', readPair)
    .action((key: string, options: MeterOptions, command: Command) =>
      withSession(command, async ({ client, output }) => {
        const { eventType, valuePath = '', group = new Map<string, readonly string[]>() } = options;
        const groupBy = Object.fromEntries([...group].map(([name, paths]) => [name, paths.at(-1) ?? '']));
        const meter = Meter.create({ key, eventType, aggregation: AGGREGATIONS[options.aggregation], valuePath, groupBy });
        const answer = await client.call(CatalogServiceService.createMeter, { ...newRequestIdentity(), meter });
        if (answer.meter !== undefined) printOne(output, fieldsOf(METER_COLUMNS, answer.meter), meterView(answer.meter));
      }),
    );
};

export const registerFeatures = (program: Command): void => {
  const features = program.command('features').description('what customers are entitled to');
  features
    .command('list')
    .description('features of the namespace')
    .option('--include-archived', 'archived ones too')
    .action(({ includeArchived = false }: { readonly includeArchived?: boolean }, command: Command) =>
      withSession(command, async ({ client, output }) => {
        const request = { ...EVERYTHING, includeArchived };
        const found = await collect(listAll(client, CatalogServiceService.listFeatures, request, page => page.features));
        printList(output, found, FEATURE_COLUMNS, plain);
      }),
    );
  features
    .command('create')
    .description('add a feature')
    .argument('<key>', 'name of the feature')
    .option('--meter <key>', 'the meter that counts its use')
    .option('--name <text>', 'for people')
    .option('--filter <name=value>', 'count only events with this group value; may be given again', readPair)
    .action((key: string, options: FeatureOptions, command: Command) =>
      withSession(command, async ({ client, output }) => {
        const { meter: meterKey = '', name: displayName = '', filter = new Map<string, readonly string[]>() } = options;
        const groupFilters = Object.fromEntries([...filter].map(([group, values]) => [group, { values: [...values] }]));
        const feature = Feature.create({ key, displayName, meterKey, groupFilters });
        const answer = await client.call(CatalogServiceService.createFeature, { ...newRequestIdentity(), feature });
        if (answer.feature !== undefined) printOne(output, fieldsOf(FEATURE_COLUMNS, answer.feature), plain(answer.feature));
      }),
    );
};

const METER_COLUMNS: readonly Column<Meter>[] = [
  { title: 'meter', text: ({ key }) => key },
  { title: 'event type', text: ({ eventType }) => eventType },
  { title: 'aggregation', text: ({ aggregation }) => Aggregation[aggregation].toLowerCase() },
  { title: 'value', text: ({ valuePath }) => valuePath },
  {
    title: 'groups',
    text: ({ groupBy }) =>
      Object.entries(groupBy)
        .map(([name, path]) => `${name}=${path}`)
        .join(' '),
  },
];

const FEATURE_COLUMNS: readonly Column<Feature>[] = [
  { title: 'feature', text: ({ key }) => key },
  { title: 'name', text: ({ displayName }) => displayName },
  { title: 'meter', text: ({ meterKey }) => meterKey },
  {
    title: 'counts only',
    text: ({ groupFilters }) =>
      Object.entries(groupFilters)
        .map(([name, { values }]) => `${name}=${values.join('|')}`)
        .join(' '),
  },
];
