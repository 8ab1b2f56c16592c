import { PoolCommandsServiceService, type Pool } from '@drawdown/proto/capacity';
import type { Command } from 'commander';
import { newRequestIdentity } from '../../client/request-identity.js';
import { unitSecondsText } from '../../capacity/amounts.js';
import { atOf } from '../../capacity/seconds.js';
import { fieldsOf, printOne, type Output } from '../../output/output.js';
import { readMany } from '../arguments.js';
import { addAtOption, readNumber, withCapacity, type AtOption } from './arguments.js';
import { POOL_FIELDS } from './columns.js';
import { poolView } from './views.js';

export const registerPoolChanges = (pools: Command): void => {
  registerPause(pools);
  registerResume(pools);
  registerNodes(pools);
  registerClose(pools);
};

export const printPool = (output: Output, pool: Pool | undefined): void => {
  if (pool !== undefined) printOne(output, fieldsOf(POOL_FIELDS, pool), poolView(pool));
};

interface DrainOptions extends AtOption {
  readonly workload?: number;
  readonly cause?: string;
}

const addDrainOptions = (command: Command): Command =>
  addAtOption(
    command
      .argument('<pool>', 'its number', readNumber)
      .option('--workload <number>', 'only of this workload', readNumber)
      .option('--cause <text>', 'why, for people'),
  );

const registerPause = (pools: Command): void => {
  addDrainOptions(pools.command('pause').description('switch the drain of a pool off; nothing is lost meanwhile')).action(
    (poolId: number, { workload: workloadId, cause = '', at }: DrainOptions, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const common = { ...newRequestIdentity(), ...atOf(at), poolId, cause };
        const { pool } =
          workloadId === undefined
            ? await client.call(PoolCommandsServiceService.pausePool, common)
            : await client.call(PoolCommandsServiceService.pauseWorkload, { ...common, workloadId });
        printPool(output, pool);
      }),
  );
};

const registerResume = (pools: Command): void => {
  addDrainOptions(pools.command('resume').description('switch the drain of a pool on')).action(
    (poolId: number, { workload: workloadId, cause = '', at }: DrainOptions, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const common = { ...newRequestIdentity(), ...atOf(at), poolId, cause };
        const { pool } =
          workloadId === undefined
            ? await client.call(PoolCommandsServiceService.resumePool, common)
            : await client.call(PoolCommandsServiceService.resumeWorkload, { ...common, workloadId });
        printPool(output, pool);
      }),
  );
};

interface NodesOptions extends AtOption {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly cause?: string;
}

const registerNodes = (pools: Command): void => {
  const nodes = pools
    .command('nodes')
    .description('add nodes of the same farm, or take away nodes that nothing runs on')
    .argument('<pool>', 'its number', readNumber)
    .option('--add <node>', 'may be given again', readMany)
    .option('--remove <node>', 'may be given again', readMany)
    .option('--cause <text>', 'why, for people');
  addAtOption(nodes).action((poolId: number, { add = [], remove = [], cause = '', at }: NodesOptions, command: Command) => {
    if (add.length + remove.length === 0) command.error('error: say --add or --remove');
    return withCapacity(command, async ({ client, output }) => {
      const request = { ...newRequestIdentity(), ...atOf(at), poolId, added: [...add], removed: [...remove], cause };
      const { pool } = await client.call(PoolCommandsServiceService.changeNodes, request);
      printPool(output, pool);
    });
  });
};

const registerClose = (pools: Command): void => {
  const close = pools
    .command('close')
    .description('end a pool for ever; what is left is forfeited')
    .argument('<pool>', 'its number', readNumber)
    .option('--cause <text>', 'why, for people');
  addAtOption(close).action((poolId: number, { cause = '', at }: AtOption & { readonly cause?: string }, command: Command) =>
    withCapacity(command, async ({ client, output }) => {
      const request = { ...newRequestIdentity(), ...atOf(at), poolId, cause };
      const { pool, forfeited } = await client.call(PoolCommandsServiceService.closePool, request);
      output.note(`Forfeited: ${unitSecondsText(forfeited) || 'nothing'}.`);
      printPool(output, pool);
    }),
  );
};
