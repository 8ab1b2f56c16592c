import {
  EntitlementsServiceService,
  Entitlement,
  EntitlementType,
  MeasurementStart,
  ResetUsageRequest,
  type Timestamp,
} from '@drawdown/proto';
import type { Command } from 'commander';
import { timestampText } from '../client/instants.js';
import { collect, listAll } from '../client/pages.js';
import { newRequestIdentity } from '../client/request-identity.js';
import { fieldsOf, printList, printOne, type Column } from '../output/output.js';
import { plain } from '../output/plain.js';
import { readInstant, readInteger, readMany } from './arguments.js';
import { withSession } from './session.js';
import { entitlementView } from './views.js';

const PRIORITY_MAX = 255;
const LATE_WINDOW_SECONDS_MAX = 2_678_400;

interface ListOptions {
  readonly customer?: readonly string[];
  readonly feature?: readonly string[];
  readonly includeDeleted?: boolean;
}

interface CreateOptions {
  readonly period: string;
  readonly anchor?: Timestamp;
  readonly measureFrom?: Timestamp;
  readonly measureCurrentPeriod?: boolean;
  readonly issueAfterReset?: string;
  readonly issuePriority?: number;
  readonly softLimit?: boolean;
  readonly preserveOverage?: boolean;
  readonly lateWindow?: number;
}

interface ResetOptions {
  readonly at?: Timestamp;
  readonly retainAnchor?: boolean;
  readonly preserveOverage?: boolean;
}

export const registerEntitlements = (program: Command): void => {
  const entitlements = program.command('entitlements').description("customers' rights to features");
  registerList(entitlements);
  registerCreate(entitlements);
  registerReset(entitlements);
};

const registerList = (entitlements: Command): void => {
  entitlements
    .command('list')
    .description('entitlements of the namespace')
    .option('--customer <key>', 'only of this customer; may be given again', readMany)
    .option('--feature <key>', 'only for this feature; may be given again', readMany)
    .option('--include-deleted', 'deleted ones too')
    .action((options: ListOptions, command: Command) =>
      withSession(command, async ({ client, output }) => {
        const request = {
          customers: [...(options.customer ?? [])],
          featureKeys: [...(options.feature ?? [])],
          includeDeleted: options.includeDeleted ?? false,
          pageSize: 0,
          pageToken: '',
          minPosition: '',
        };
        const found = await collect(listAll(client, EntitlementsServiceService.listEntitlements, request, page => page.entitlements));
        printList(output, found, COLUMNS, entitlementView);
      }),
    );
};

const registerCreate = (entitlements: Command): void => {
  entitlements
    .command('create')
    .description('give a customer a metered entitlement')
    .argument('<customer>', 'key of the customer')
    .argument('<feature>', 'key of the feature')
    .requiredOption('--period <period>', 'usage period as ISO-8601, such as P1M; usage restarts with each')
    .option('--anchor <instant>', 'instant from which the periods are counted (default: start of measurement)', readInstant)
    .option('--measure-from <instant>', 'usage before it never counts (default: now)', readInstant)
    .option('--measure-current-period', 'measure from the start of the current usage period')
    .option('--issue-after-reset <quantity>', 'a default grant of this much, refilled by every reset')
    .option('--issue-priority <number>', 'priority of the default grant (default: 1)', readInteger(0, PRIORITY_MAX))
    .option('--soft-limit', 'access even with nothing left')
    .option('--preserve-overage', 'resets carry overage over instead of forgiving it')
    .option(
      '--late-window <seconds>',
      'how late an event may still count at its own time (default: 7 days)',
      readInteger(0, LATE_WINDOW_SECONDS_MAX),
    )
    .action((customer: string, featureKey: string, options: CreateOptions, command: Command) =>
      withSession(command, async ({ client, output }) => {
        const request = { ...newRequestIdentity(), entitlement: newEntitlement(customer, featureKey, options) };
        const { entitlement } = await client.call(EntitlementsServiceService.createEntitlement, request);
        if (entitlement !== undefined) printOne(output, fieldsOf(COLUMNS, entitlement), entitlementView(entitlement));
      }),
    );
};

const newEntitlement = (customer: string, featureKey: string, options: CreateOptions): Entitlement =>
  Entitlement.create({
    customer,
    featureKey,
    type: EntitlementType.METERED,
    metered: {
      measureUsageFrom: options.measureFrom,
      measurementStart: options.measureCurrentPeriod === true ? MeasurementStart.CURRENT_PERIOD : MeasurementStart.UNSPECIFIED,
      usagePeriod: { interval: options.period, anchor: options.anchor },
      issueAfterReset: options.issueAfterReset,
      issueAfterResetPriority: options.issuePriority,
      softLimit: options.softLimit ?? false,
      preserveOverageAtReset: options.preserveOverage ?? false,
      lateWindowSeconds: options.lateWindow,
    },
  });

const registerReset = (entitlements: Command): void => {
  entitlements
    .command('reset')
    .description('end the usage period')
    .argument('<customer>', 'key of the customer')
    .argument('<feature>', 'key of the feature')
    .option('--at <instant>', 'when (default: now)', readInstant)
    .option('--retain-anchor', 'keep counting periods from the old anchor')
    .option('--preserve-overage', 'carry the overage over this reset')
    .option('--no-preserve-overage', 'forgive the overage')
    .action((customer: string, featureKey: string, options: ResetOptions, command: Command) =>
      withSession(command, async ({ client, output }) => {
        const { at, retainAnchor = false, preserveOverage } = options;
        const request = ResetUsageRequest.create({ ...newRequestIdentity(), customer, featureKey, at, retainAnchor, preserveOverage });
        const { balance } = await client.call(EntitlementsServiceService.resetUsage, request);
        if (balance === undefined) return;
        const fields = { at: timestampText(balance.at), balance: balance.balance, overage: balance.overage };
        printOne(output, fields, plain(balance));
      }),
    );
};

const COLUMNS: readonly Column<Entitlement>[] = [
  { title: 'entitlement', text: ({ id }) => id },
  { title: 'customer', text: ({ customer }) => customer },
  { title: 'feature', text: ({ featureKey }) => featureKey },
  { title: 'period', text: ({ metered }) => metered?.usagePeriod?.interval ?? '' },
  { title: 'current period', text: ({ currentPeriodStart }) => timestampText(currentPeriodStart) },
  { title: 'until', text: ({ currentPeriodEnd }) => timestampText(currentPeriodEnd) },
  { title: 'measured from', text: ({ metered }) => timestampText(metered?.measureUsageFrom) },
];
