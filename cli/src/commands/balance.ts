import {
  BalancesServiceService,
  EntitlementsServiceService,
  GetBalanceHistoryRequest,
  type Balance,
  type Segment,
  type Timestamp,
} from '@drawdown/proto';
import type { Command } from 'commander';
import { timestampText } from '../client/instants.js';
import { collect, listAll } from '../client/pages.js';
import type { DrawdownClient } from '../client/drawdown-client.js';
import { printList, type Column } from '../output/output.js';
import { plain } from '../output/plain.js';
import { readInstant } from './arguments.js';
import { segmentView } from './views.js';
import { withSession, type Session } from './session.js';

interface BalanceOptions {
  readonly feature?: string;
  readonly at?: Timestamp;
  readonly history?: boolean;
  readonly from?: Timestamp;
  readonly minPosition?: string;
}

export const registerBalance = (program: Command): void => {
  program
    .command('balance')
    .description('what a customer has left, and what paid what')
    .argument('<customer>', 'key of the customer')
    .option('--feature <key>', 'only for this feature; otherwise for all that the customer is entitled to')
    .option('--at <instant>', 'at this instant (default: now)', readInstant)
    .option('--history', 'the stretches of time between changes, and which grant paid how much in each')
    .option('--from <instant>', 'start of the history (default: the last reset)', readInstant)
    .option('--min-position <position>', 'no older than this, which a command or `publish --json` answered')
    .action((customer: string, options: BalanceOptions, command: Command) =>
      withSession(command, async session => {
        const features = options.feature === undefined ? await featuresOf(session.client, customer) : [options.feature];
        if (options.history === true) for (const feature of features) await printHistory(session, customer, feature, options);
        else await printBalances(session, customer, features, options);
      }),
    );
};

const featuresOf = async (client: DrawdownClient, customer: string): Promise<readonly string[]> => {
  const request = { customers: [customer], featureKeys: [], includeDeleted: false, minPosition: '', pageSize: 0, pageToken: '' };
  const entitlements = await collect(listAll(client, EntitlementsServiceService.listEntitlements, request, page => page.entitlements));
  return [...new Set(entitlements.map(({ featureKey }) => featureKey))].sort();
};

const BALANCE_COLUMNS: readonly Column<Balance>[] = [
  { title: 'feature', text: ({ featureKey }) => featureKey },
  { title: 'at', text: ({ at }) => timestampText(at) },
  { title: 'balance', text: ({ balance }) => balance, right: true },
  { title: 'used in period', text: ({ usageInPeriod }) => usageInPeriod, right: true },
  { title: 'overage', text: ({ overage }) => overage, right: true },
  { title: 'period since', text: ({ startOfPeriod }) => timestampText(startOfPeriod) },
  { title: 'access', text: ({ hasAccess }) => (hasAccess ? 'yes' : 'no') },
];

const printBalances = async (
  { client, output }: Session,
  customer: string,
  features: readonly string[],
  { at, minPosition = '' }: BalanceOptions,
): Promise<void> => {
  const balances: Balance[] = [];
  for (const featureKey of features) {
    const { balance } = await client.call(BalancesServiceService.getBalance, {
      customer,
      featureKey,
      entitlementId: '',
      at,
      minPosition,
    });
    if (balance !== undefined) balances.push(balance);
  }
  printList(output, balances, BALANCE_COLUMNS, plain);
};

const amounts = (items: readonly { readonly grantId: string }[], amount: (index: number) => string): string =>
  items.map(({ grantId }, index) => `${grantId} ${amount(index)}`).join('\n');

const SEGMENT_COLUMNS: readonly Column<Segment>[] = [
  { title: 'from', text: ({ startTime }) => timestampText(startTime) },
  { title: 'to', text: ({ endTime }) => timestampText(endTime) },
  { title: 'balances at start', text: ({ balancesAtStart: list }) => amounts(list, index => list[index]?.balance ?? '') },
  { title: 'usage', text: ({ totalUsage }) => totalUsage, right: true },
  { title: 'paid by', text: ({ grantUsages: list }) => amounts(list, index => list[index]?.usage ?? '') },
  { title: 'overage', text: ({ overage }) => overage, right: true },
  { title: 'ended by', text: segment => endOf(segment) },
];

const endOf = ({ endedByPriorityChange, endedByRecurrence, endedByUsageReset, rollover }: Segment): string =>
  [
    ...(endedByPriorityChange ? ['grant began or ended'] : []),
    ...(endedByRecurrence.length > 0 ? ['grant recurred'] : []),
    ...(endedByUsageReset ? ['reset'] : []),
    ...(rollover ? ['(this is the reset)'] : []),
  ].join(', ');

const printHistory = async ({ client, output }: Session, customer: string, featureKey: string, options: BalanceOptions): Promise<void> => {
  const request = GetBalanceHistoryRequest.create({
    customer,
    featureKey,
    startTime: options.from,
    endTime: options.at,
    minPosition: options.minPosition ?? '',
  });
  const segments = await collect(listAll(client, BalancesServiceService.getBalanceHistory, request, page => page.segments));
  output.note(`${customer}, ${featureKey}`);
  printList(output, segments, SEGMENT_COLUMNS, segment => segmentView(featureKey, segment));
};
