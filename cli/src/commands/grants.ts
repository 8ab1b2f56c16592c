import { Grant, GrantsServiceService, type Expiration, type Timestamp } from '@drawdown/proto';
import type { Command } from 'commander';
import { timestampText, toTimestamp } from '../client/instants.js';
import { collect, listAll } from '../client/pages.js';
import { newRequestIdentity } from '../client/request-identity.js';
import { fieldsOf, printList, printOne, type Column } from '../output/output.js';
import { readExpiration, readInstant, readInteger, readMany, readPair } from './arguments.js';
import { withSession } from './session.js';
import { grantView } from './views.js';

const PRIORITY_MAX = 255;

interface ListOptions {
  readonly customer?: readonly string[];
  readonly feature?: readonly string[];
  readonly includeDeleted?: boolean;
  readonly orderBy?: string;
}

interface CreateOptions {
  readonly feature: string;
  readonly amount: string;
  readonly priority?: number;
  readonly effectiveAt?: Timestamp;
  readonly expiresAfter?: Expiration;
  readonly recurs?: string;
  readonly recursFrom?: Timestamp;
  readonly rolloverMax?: string;
  readonly rolloverMin?: string;
  readonly label?: ReadonlyMap<string, readonly string[]>;
}

export const registerGrants = (program: Command): void => {
  const grants = program.command('grants').description('amounts of allowance');
  registerList(grants);
  registerCreate(grants);
  grants
    .command('void')
    .description('end a grant; what it paid before stays paid')
    .argument('<customer>', 'key of the customer')
    .argument('<grant>', 'id of the grant')
    .option('--at <instant>', 'when it ends (default: now)', readInstant)
    .action((customer: string, grantId: string, { at }: { readonly at?: Timestamp }, command: Command) =>
      withSession(command, async ({ client, output }) => {
        const { grant } = await client.call(GrantsServiceService.voidGrant, { ...newRequestIdentity(), customer, grantId, at });
        if (grant !== undefined) printOne(output, fieldsOf(COLUMNS, grant), grantView(grant));
      }),
    );
};

const registerList = (grants: Command): void => {
  grants
    .command('list')
    .description('grants of the namespace')
    .option('--customer <key>', 'only of this customer; may be given again', readMany)
    .option('--feature <key>', 'only for this feature; may be given again', readMany)
    .option('--include-deleted', 'deleted ones too')
    .option('--order-by <field>', 'such as `expires_at desc` (default: effective_at)')
    .action((options: ListOptions, command: Command) =>
      withSession(command, async ({ client, output }) => {
        const request = {
          customers: [...(options.customer ?? [])],
          entitlementIds: [],
          featureKeys: [...(options.feature ?? [])],
          includeDeleted: options.includeDeleted ?? false,
          orderBy: options.orderBy ?? '',
          pageSize: 0,
          pageToken: '',
          minPosition: '',
        };
        const found = await collect(listAll(client, GrantsServiceService.listGrants, request, page => page.grants));
        printList(output, found, COLUMNS, grantView);
      }),
    );
};

const registerCreate = (grants: Command): void => {
  grants
    .command('create')
    .description('add a grant')
    .argument('<customer>', 'key of the customer')
    .requiredOption('--feature <key>', 'feature whose use it pays')
    .requiredOption('--amount <quantity>', 'decimal number, in units of the meter')
    .option('--priority <number>', 'lower burns first (default: 1)', readInteger(0, PRIORITY_MAX))
    .option('--effective-at <instant>', 'first minute in which it pays (default: now)', readInstant)
    .option('--expires-after <time>', '12h, 30d, 2w, 1mo or 1y after that (default: never)', readExpiration)
    .option('--recurs <period>', 'refill it every ISO-8601 period such as P1M')
    .option('--recurs-from <instant>', 'instant from which the periods are counted (default: effective time)', readInstant)
    .option('--rollover-max <quantity>', 'at a reset at most this much is left (default: 0)')
    .option('--rollover-min <quantity>', 'at a reset it is filled up to this much (default: 0)')
    .option('--label <name=text>', 'your own label; may be given again', readPair)
    .action((customer: string, options: CreateOptions, command: Command) =>
      withSession(command, async ({ client, output }) => {
        const request = { ...newRequestIdentity(), grant: newGrant(customer, options) };
        const { grant } = await client.call(GrantsServiceService.createGrant, request);
        if (grant !== undefined) printOne(output, fieldsOf(COLUMNS, grant), grantView(grant));
      }),
    );
};

const newGrant = (customer: string, options: CreateOptions): Grant =>
  Grant.create({
    customer,
    featureKey: options.feature,
    amount: options.amount,
    priority: options.priority,
    effectiveAt: options.effectiveAt ?? toTimestamp(Date.now()),
    expiration: options.expiresAfter,
    resetMaxRollover: options.rolloverMax ?? '',
    resetMinRollover: options.rolloverMin ?? '',
    metadata: Object.fromEntries([...(options.label ?? [])].map(([name, texts]) => [name, texts.at(-1) ?? ''])),
    recurrence: options.recurs === undefined ? undefined : { interval: options.recurs, anchor: options.recursFrom },
  });

const COLUMNS: readonly Column<Grant>[] = [
  { title: 'grant', text: ({ id }) => id },
  { title: 'customer', text: ({ customer }) => customer },
  { title: 'feature', text: ({ featureKey }) => featureKey },
  { title: 'amount', text: ({ amount }) => amount, right: true },
  { title: 'priority', text: ({ priority }) => String(priority ?? ''), right: true },
  { title: 'effective', text: ({ effectiveAt }) => timestampText(effectiveAt) },
  { title: 'expires', text: ({ expiresAt }) => timestampText(expiresAt) },
  { title: 'recurs', text: ({ recurrence }) => recurrence?.interval ?? '' },
  {
    title: 'labels',
    text: ({ metadata }) =>
      Object.entries(metadata)
        .map(([name, value]) => `${name}=${value}`)
        .join(' '),
  },
  { title: 'voided', text: ({ voidTime }) => timestampText(voidTime) },
];
