import { PoolCommandsServiceService, SplitPoolRequest, type RefundCapacityRequest } from '@drawdown/proto/capacity';
import { Option, type Command } from 'commander';
import { newRequestIdentity } from '../../client/request-identity.js';
import { amountsOf, readWholeUnitSeconds, unitSecondsText, type UnitOptions } from '../../capacity/amounts.js';
import { moneyText } from '../../capacity/money.js';
import { atOf } from '../../capacity/seconds.js';
import { printOne } from '../../output/output.js';
import { readMany } from '../arguments.js';
import { addAmountOptions, addAtOption, readNumber, readNumbers, withCapacity, type AtOption } from './arguments.js';
import { printPool } from './pool-changes.js';

export const registerPoolTransfers = (pools: Command): void => {
  registerTransfer(pools);
  registerMerge(pools);
  registerSplit(pools);
  registerRefund(pools);
  registerBorrow(pools);
};

/** At least one of the three, or the command ends here. */
const requireUnits = (options: UnitOptions, command: Command): void => {
  const { cu, su, ipv4u } = options;
  if (cu === undefined && su === undefined && ipv4u === undefined) command.error('error: say --cu, --su or --ipv4u');
};

const consentOption = (): Option =>
  new Option('--consented', 'the owner of the other pool agrees, though it is another one; needs the role operator');

interface TransferOptions extends UnitOptions, AtOption {
  readonly workload?: readonly number[];
  readonly consented?: boolean;
}

const registerTransfer = (pools: Command): void => {
  const transfer = pools
    .command('transfer')
    .description('move whole unit-seconds to another pool of the same owner')
    .argument('<pool>', 'that gives; it keeps enough for 120 s', readNumber)
    .argument('<to>', 'that gets', readNumber)
    .option('--workload <number>', 'that goes along; may be given again', readNumbers)
    .addOption(consentOption());
  addAtOption(addAmountOptions(transfer, readWholeUnitSeconds)).action(
    (poolId: number, toPoolId: number, options: TransferOptions, command: Command) => {
      const { workload = [], consented = false, at } = options;
      if (workload.length === 0) requireUnits(options, command);
      return withCapacity(command, async ({ client, output }) => {
        const what = { amounts: amountsOf(options), workloadIds: [...workload], consented };
        const request = { ...newRequestIdentity(), ...atOf(at), poolId, toPoolId, ...what };
        const { pool, transferId } = await client.call(PoolCommandsServiceService.transferCapacity, request);
        output.note(`Transfer ${transferId} is on its way.`);
        printPool(output, pool);
      });
    },
  );
};

const registerMerge = (pools: Command): void => {
  pools
    .command('merge')
    .description('move all workloads and the balance to another pool, and close the first')
    .argument('<pool>', 'that ends', readNumber)
    .argument('<into>', 'that goes on', readNumber)
    .addOption(consentOption())
    .action((poolId: number, intoPoolId: number, { consented = false }: { readonly consented?: boolean }, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const request = { ...newRequestIdentity(), poolId, intoPoolId, consented };
        const { pool } = await client.call(PoolCommandsServiceService.mergePools, request);
        printPool(output, pool);
      }),
    );
};

interface SplitOptions extends UnitOptions {
  readonly workload?: readonly number[];
  readonly node?: readonly string[];
}

const registerSplit = (pools: Command): void => {
  const split = pools
    .command('split')
    .description('open a pool with some of the workloads and of the balance of another one')
    .argument('<pool>', 'its number', readNumber)
    .option('--workload <number>', 'that leaves; may be given again', readNumbers)
    .option('--node <node>', 'of the new pool (default: all of the old one); may be given again', readMany);
  addAmountOptions(split, readWholeUnitSeconds).action((poolId: number, options: SplitOptions, command: Command) =>
    withCapacity(command, async ({ client, output }) => {
      const { workload = [], node = [] } = options;
      const request = SplitPoolRequest.create({
        ...newRequestIdentity(),
        poolId,
        workloadIds: [...workload],
        amounts: amountsOf(options),
        nodeIds: [...node],
      });
      const { newPoolId, transferId, position } = await client.call(PoolCommandsServiceService.splitPool, request);
      printOne(output, { 'new pool': String(newPoolId), transfer: transferId }, { newPoolId, transferId, position });
    }),
  );
};

interface RefundOptions extends UnitOptions, AtOption {
  readonly everything?: boolean;
  readonly reversed?: number;
}

/** Some amounts, everything, or one purchase: exactly one of the three, or the command ends here. */
const refundedOf = (options: RefundOptions, command: Command): RefundCapacityRequest['what'] => {
  const { everything, reversed } = options;
  if (everything === true && reversed !== undefined) return command.error('error: --everything and --reversed exclude each other');
  if (reversed !== undefined) return { $case: 'reversedReservationId', value: reversed };
  if (everything === true) return { $case: 'everything', value: true };
  requireUnits(options, command);
  return { $case: 'amounts', value: amountsOf(options) };
};

const registerRefund = (pools: Command): void => {
  const refund = pools
    .command('refund')
    .description('give whole unit-seconds back for money, the newest purchase first')
    .argument('<pool>', 'its number', readNumber)
    .option('--everything', 'all that can be given back')
    .option('--reversed <reservation>', 'take back this one, whose payment was reversed, even if that empties the pool', readNumber);
  addAtOption(addAmountOptions(refund, readWholeUnitSeconds)).action((poolId: number, options: RefundOptions, command: Command) => {
    const what = refundedOf(options, command);
    return withCapacity(command, async ({ client, output }) => {
      const request = { ...newRequestIdentity(), ...atOf(options.at), poolId, what };
      const { pool, lots } = await client.call(PoolCommandsServiceService.refundCapacity, request);
      for (const { reservationId, amounts, asset, payment: amount } of lots) {
        const money = asset === '' ? '' : `, ${moneyText({ asset, amount })}`;
        output.note(`Of reservation ${String(reservationId)}: ${unitSecondsText(amounts)}${money}.`);
      }
      printPool(output, pool);
    });
  });
};

type BorrowOptions = Omit<TransferOptions, 'workload'>;

const registerBorrow = (pools: Command): void => {
  const borrow = pools
    .command('borrow')
    .description('let a pool borrow of another one of the same owner when it is empty itself; the limit replaces the one before')
    .argument('<pool>', 'that borrows', readNumber)
    .argument('[parent]', 'that lends; without one the borrowing ends', readNumber)
    .addOption(consentOption());
  addAtOption(addAmountOptions(borrow)).action(
    (poolId: number, parentPoolId: number | undefined, options: BorrowOptions, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const { consented = false, at } = options;
        const what = { parentPoolId: parentPoolId ?? 0, limit: amountsOf(options), consented };
        const request = { ...newRequestIdentity(), ...atOf(at), poolId, ...what };
        const { pool } = await client.call(PoolCommandsServiceService.setBorrowing, request);
        printPool(output, pool);
      }),
  );
};
