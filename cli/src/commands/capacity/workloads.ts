import { ReleaseCause, WorkloadResult, WorkloadsServiceService } from '@drawdown/proto/capacity';
import { Argument, Option, type Command } from 'commander';
import { newRequestIdentity } from '../../client/request-identity.js';
import { unitsText } from '../../capacity/amounts.js';
import { atOf, secondText } from '../../capacity/seconds.js';
import { printOne } from '../../output/output.js';
import { plain } from '../../output/plain.js';
import { readInteger } from '../arguments.js';
import { addAtOption, readNumber, readSecondsOf, withCapacity, type AtOption } from './arguments.js';
import { registerAdmit } from './workload-admission.js';
import { addSizeOptions, requireSize, sizeOf, type SizeOptions } from './workload-options.js';

const PRIORITY_MAX = 1_000_000;
const RESULTS = { ok: WorkloadResult.OK, error: WorkloadResult.ERROR, deleted: WorkloadResult.DELETED } as const;
const CAUSES = { deleted: ReleaseCause.DELETED, failed: ReleaseCause.FAILED, cancelled: ReleaseCause.CANCELLED } as const;

/** What drains pools (capacity §7). */
export const registerWorkloads = (program: Command): void => {
  const workloads = program.command('workloads').description('what runs on pools and drains them');
  registerCheck(workloads);
  registerAdmit(workloads);
  registerReport(workloads);
  registerRelease(workloads);
  registerMove(workloads);
};

interface CheckOptions extends SizeOptions {
  readonly horizon?: number;
}

const registerCheck = (workloads: Command): void => {
  const check = workloads
    .command('check')
    .description('could a pool carry a workload? exit code 1 when not')
    .argument('<pool>', 'number of the pool', readNumber)
    .option('--horizon <duration>', 'how long it has to last (default: 120s)', readSecondsOf);
  addSizeOptions(check).action((poolId: number, options: CheckOptions, command: Command) => {
    const workload = requireSize(options, command);
    return withCapacity(command, async ({ client, output }) => {
      const request = { poolId, workload, workloadId: 0, horizonSeconds: options.horizon ?? 0, minPosition: '' };
      const answer = await client.call(WorkloadsServiceService.checkCapacity, request);
      const emptyAt = secondText(answer.emptyAt);
      const fields = { fits: answer.fits ? 'yes' : 'no', drains: unitsText(answer.rates), 'pool then empty at': emptyAt };
      printOne(output, fields, plain({ ...answer, emptyAt }));
      return answer.fits;
    });
  });
};

interface ReportOptions extends SizeOptions, AtOption {
  readonly node?: string;
  readonly priority?: number;
}

const registerReport = (workloads: Command): void => {
  const report = workloads
    .command('report')
    .description('say for a node what became of a workload: from `ok` on it drains, from `deleted` on it does not')
    .argument('<pool>', 'number of the pool', readNumber)
    .argument('<workload>', 'its number', readNumber)
    .addArgument(new Argument('<result>', 'what became of it').choices(Object.keys(RESULTS)))
    .option('--node <node>', 'where it runs')
    .option('--priority <number>', 'the higher, the earlier a credit saves it', readInteger(0, PRIORITY_MAX));
  addAtOption(addSizeOptions(report)).action(
    (poolId: number, workloadId: number, result: keyof typeof RESULTS, options: ReportOptions, command: Command) => {
      const workload = sizeOf(options, command);
      return withCapacity(command, async ({ client, output }) => {
        const { node: nodeId = '', priority = 0, at } = options;
        const said = { poolId, workloadId, result: RESULTS[result], nodeId, priority, workload };
        const answer = await client.call(WorkloadsServiceService.reportWorkload, { ...newRequestIdentity(), ...atOf(at), ...said });
        const { changed, ratesDiffer } = answer;
        printOne(
          output,
          { changed: changed ? 'yes' : 'no', ...(ratesDiffer ? { note: 'it runs already, with other rates' } : {}) },
          plain(answer),
        );
      });
    },
  );
};

interface ReleaseOptions extends AtOption {
  readonly cause: keyof typeof CAUSES;
}

const registerRelease = (workloads: Command): void => {
  const release = workloads
    .command('release')
    .description('a workload is gone, or will not come')
    .argument('<pool>', 'number of the pool', readNumber)
    .argument('<workload>', 'its number', readNumber)
    .addOption(new Option('--cause <cause>', 'why').choices(Object.keys(CAUSES)).default('deleted'));
  addAtOption(release).action((poolId: number, workloadId: number, { cause, at }: ReleaseOptions, command: Command) =>
    withCapacity(command, async ({ client, output }) => {
      const request = { ...newRequestIdentity(), ...atOf(at), poolId, workloadId, cause: CAUSES[cause] };
      const answer = await client.call(WorkloadsServiceService.releaseWorkload, request);
      printOne(output, { changed: answer.changed ? 'yes' : 'no' }, plain(answer));
    }),
  );
};

const registerMove = (workloads: Command): void => {
  workloads
    .command('move')
    .description('move a running workload to another pool, at one instant')
    .argument('<workload>', 'its number', readNumber)
    .argument('<from>', 'pool that pays for it', readNumber)
    .argument('<to>', 'pool that is to pay for it', readNumber)
    .requiredOption('--node <node>', 'where it is to run, one of that pool')
    .action((workloadId: number, fromPoolId: number, toPoolId: number, { node }: { readonly node: string }, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const request = { ...newRequestIdentity(), workloadId, fromPoolId, toPoolId, nodeId: node };
        const answer = await client.call(WorkloadsServiceService.moveWorkload, request);
        printOne(output, { changed: answer.changed ? 'yes' : 'no' }, plain(answer));
      }),
    );
};
