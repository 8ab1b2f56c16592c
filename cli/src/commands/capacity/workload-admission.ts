import { WorkloadsServiceService, type AdmitWorkloadRequest, type Admission } from '@drawdown/proto/capacity';
import type { Command } from 'commander';
import { newRequestIdentity } from '../../client/request-identity.js';
import { unitsText } from '../../capacity/amounts.js';
import { atOf, nowSeconds, secondText } from '../../capacity/seconds.js';
import { signWorkload } from '../../capacity/signed-workload.js';
import { readSigner } from '../../capacity/signer.js';
import { printOne } from '../../output/output.js';
import { plain } from '../../output/plain.js';
import { addAtOption, readNumber, readSecondsOf, withCapacity, type AtOption } from './arguments.js';
import { addSizeOptions, requireSize, type SizeOptions } from './workload-options.js';

interface AdmitOptions extends SizeOptions, AtOption {
  readonly customer: number;
  readonly key: string;
  readonly node: string;
  readonly workload?: number;
  readonly description?: string;
  readonly horizon?: number;
  readonly runFor?: number;
  readonly hold?: number;
}

/** Asks for room, signed by the owner of the pool (capacity §7, §15.3). */
export const registerAdmit = (workloads: Command): void => {
  const admit = workloads
    .command('admit')
    .description('keep room for a workload, if its pool can carry it for long enough; it drains from `workloads report … ok` on')
    .argument('<pool>', 'number of the pool', readNumber)
    .requiredOption('--customer <tid>', 'the owner of the pool', readNumber)
    .requiredOption('--key <file>', 'with the key that the owner signs with')
    .requiredOption('--node <node>', 'where it is to run, one of the pool')
    .option('--workload <number>', 'its number (default: one is given out)', readNumber)
    .option('--description <text>', 'for people')
    .option('--horizon <duration>', 'the pool has to last longer than this with it (default: 120s)', readSecondsOf)
    .option('--run-for <duration>', 'instead: it runs so long, and that much is reserved', readSecondsOf)
    .option('--hold <duration>', 'how long room is kept (default: 15m)', readSecondsOf);
  addAtOption(addSizeOptions(admit)).action((poolId: number, options: AdmitOptions, command: Command) => {
    const workload = requireSize(options, command);
    const period = periodOf(options, command);
    return withCapacity(command, async ({ client, output }) => {
      const request = {
        workloadId: options.workload ?? 0,
        poolId,
        nodeId: options.node,
        customerTid: options.customer,
        reference: '',
        epoch: nowSeconds(),
        description: options.description ?? '',
        metadata: '',
        workload,
      };
      const { admission } = await client.call(WorkloadsServiceService.admitWorkload, {
        ...newRequestIdentity(),
        ...atOf(options.at),
        workload: signWorkload(request, await readSigner(options.key)),
        period,
        holdTtlSeconds: options.hold ?? 0,
      });
      if (admission !== undefined)
        printOne(output, admissionFields(admission), plain({ ...admission, until: secondText(admission.until) }));
    });
  });
};

const periodOf = ({ horizon, runFor }: AdmitOptions, command: Command): AdmitWorkloadRequest['period'] => {
  if (horizon !== undefined && runFor !== undefined) return command.error('error: --horizon and --run-for exclude each other');
  if (runFor !== undefined) return { $case: 'runForSeconds', value: runFor };
  return horizon === undefined ? undefined : { $case: 'horizonSeconds', value: horizon };
};

const admissionFields = ({ workloadId, poolId, rates, until, alreadyMember }: Admission): Readonly<Record<string, string>> => ({
  workload: String(workloadId),
  pool: String(poolId),
  drains: unitsText(rates),
  ...(alreadyMember ? { note: 'it was there already' } : { 'room is kept until': secondText(until) }),
});
