import { OperationsServiceService as Capacity } from '@drawdown/proto/capacity';
import { OperationsServiceService as Sessions, OverdueKind, type Overdue } from '@drawdown/proto/sessions';
import { Option, type Command } from 'commander';
import { timestampText } from '../client/instants.js';
import { printList, printOne, type Column } from '../output/output.js';
import { plain } from '../output/plain.js';
import { readDurationMs, readInteger } from './arguments.js';
import { withSession } from './session.js';

const LAST_PARTITION = 63;
const OVERDUE_MS_DEFAULT = 60_000;

const partitionOf = readInteger(0, LAST_PARTITION);

/** What should have happened by now and did not, and how to make it happen (design §5). */
export const registerDue = (program: Command): void => {
  registerOverdue(program);
  registerCheckDue(program);
  registerRepair(program);
};

const registerOverdue = (program: Command): void => {
  program
    .command('overdue')
    .description('sessions that should have closed, or have been handed over, by now; exit code 1 when there are any')
    .option('--longer-than <duration>', 'overdue for longer than this, such as 30s or 5m (default: 1m)', readDurationMs, OVERDUE_MS_DEFAULT)
    .action(({ longerThan: longerThanMs }: { readonly longerThan: number }, command: Command) =>
      withSession(
        command,
        async ({ client, output }) => {
          const { overdue } = await client.call(Sessions.listOverdue, { longerThanMs });
          printList(output, overdue, OVERDUE_COLUMNS, thing => plain({ ...thing, kind: OverdueKind[thing.kind] }));
          return overdue.length === 0;
        },
        'sessions',
      ),
    );
};

const registerCheckDue = (program: Command): void => {
  program
    .command('check-due')
    .description('make happen what is due in a partition of sessions; what happened already does not happen again')
    .argument('<partition>', 'its number', partitionOf)
    .action((partition: number, _options: unknown, command: Command) =>
      withSession(
        command,
        async ({ client, output }) => {
          const done = await client.call(Sessions.checkDue, { partition });
          const told = { partition: String(partition), 'begun to close': String(done.begun), 'handed over': String(done.handedOver) };
          printOne(output, told, plain({ partition, ...done }));
        },
        'sessions',
      ),
    );
};

const REPAIRED = { sessions: Sessions, capacity: Capacity } as const;

interface RepairOptions {
  readonly service: keyof typeof REPAIRED;
}

const registerRepair = (program: Command): void => {
  program
    .command('repair')
    .description('write the documents of a partition again that an audit finds wrong')
    .argument('<projection>', 'name of the projection')
    .argument('<partition>', 'number of the partition', partitionOf)
    .addOption(new Option('--service <name>', 'which service').choices(Object.keys(REPAIRED)).default('sessions'))
    .action((projection: string, partition: number, { service }: RepairOptions, command: Command) =>
      withSession(
        command,
        async ({ client, output }) => {
          const request = { projection, partition };
          const { repaired } = await client.call(REPAIRED[service].repairProjection, request);
          printOne(output, { partition: String(partition), repaired: String(repaired) }, plain({ ...request, repaired }));
        },
        service,
      ),
    );
};

const OVERDUE_COLUMNS: readonly Column<Overdue>[] = [
  { title: 'partition', text: ({ partition }) => String(partition), right: true },
  { title: 'lane', text: ({ lane }) => lane },
  { title: 'what', text: ({ kind }) => OverdueKind[kind].toLowerCase() },
  { title: 'id', text: ({ id }) => id },
  { title: 'since', text: ({ since }) => timestampText(since) },
];
