import type { AuditProjectionResponse, ProjectionDifference } from '@drawdown/proto';
import type { Command } from 'commander';
import type { ServiceName } from '../client/context.js';
import { printList, type Column } from '../output/output.js';
import { plain } from '../output/plain.js';
import { progressBar } from '../output/progress.js';
import { readInteger } from './arguments.js';
import { registerDue } from './due.js';
import { operationsOf, serviceOption, type ServiceOptions } from './operations-service.js';
import { registerPartitions } from './partitions.js';
import { withSession, type Session } from './session.js';

const PARTITIONS = 64;

/** What those do who run the service (design §5); the token needs the role `operator`. */
export const registerOperations = (program: Command): void => {
  registerPartitions(program);
  registerRebuild(program);
  registerAudit(program);
  registerDue(program);
};

const registerRebuild = (program: Command): void => {
  program
    .command('rebuild')
    .description('fold the log again into the next generation of a projection, and switch to it')
    .argument('<projection>', 'name of the projection')
    .addOption(serviceOption())
    .action((projection: string, { service }: ServiceOptions, command: Command) =>
      withSession(
        command,
        async ({ client, output }) => {
          const progress = progressBar(`Rebuilding ${projection}`, output.json);
          let done = false;
          try {
            for await (const step of client.download(operationsOf(service).rebuild, { projection })) {
              const { generation, partitionsDone, partitionsTotal } = step;
              progress.update(partitionsDone, partitionsTotal, `${String(partitionsDone)} of ${String(partitionsTotal)} partitions`);
              done ||= step.done;
              if (output.json) output.write(JSON.stringify(plain(step)));
              else if (step.done) output.write(`${projection}: generation ${generation} is in use.`);
            }
          } finally {
            progress.end();
          }
          if (!done) output.note('The service ended the rebuild before it was done.');
          return done;
        },
        service,
      ),
    );
};

interface AuditOptions extends ServiceOptions {
  readonly partition?: number;
}

interface Audited extends AuditProjectionResponse {
  readonly partition: number;
}

const registerAudit = (program: Command): void => {
  program
    .command('audit')
    .description('fold the log again and compare with what is stored; changes nothing; exit code 1 when something differs')
    .argument('<projection>', 'name of the projection')
    .option('--partition <number>', 'only this one (default: all)', readInteger(0, PARTITIONS - 1))
    .addOption(serviceOption())
    .action((projection: string, { partition: only, service }: AuditOptions, command: Command) =>
      withSession(
        command,
        async session => {
          const audited = await audit(session, projection, only, service);
          if (session.output.json) for (const one of audited) session.output.write(JSON.stringify(plain(one)));
          else printAudit(session, audited);
          return audited.every(({ differenceCount }) => differenceCount === 0);
        },
        service,
      ),
    );
};

const audit = async (
  { client, output }: Session,
  projection: string,
  only: number | undefined,
  service: ServiceName,
): Promise<readonly Audited[]> => {
  const partitions = only === undefined ? Array.from({ length: PARTITIONS }, (_, number) => number) : [only];
  const progress = progressBar(`Auditing ${projection}`, output.json);
  const audited: Audited[] = [];
  try {
    for (const partition of partitions) {
      const answer = await client.call(operationsOf(service).auditProjection, { projection, partition });
      audited.push({ partition, ...answer });
      progress.update(audited.length, partitions.length, `partition ${String(partition)}`);
    }
  } finally {
    progress.end();
  }
  return audited;
};

const printAudit = ({ output }: Session, audited: readonly Audited[]): void => {
  const total = (count: (one: Audited) => number): string => String(audited.reduce((sum, one) => sum + count(one), 0));
  output.write(`${total(one => one.documents)} documents compared, ${total(one => one.differenceCount)} differences.`);
  const differences = audited.flatMap(one => one.differences);
  if (differences.length > 0) printList(output, differences, DIFFERENCE_COLUMNS, plain);
};

const DIFFERENCE_COLUMNS: readonly Column<ProjectionDifference>[] = [
  { title: 'collection', text: ({ collection }) => collection },
  { title: 'document', text: ({ documentId }) => documentId },
  { title: 'field', text: ({ field }) => field },
  { title: 'stored', text: ({ stored }) => stored },
  { title: 'by the log', text: ({ folded }) => folded },
];
