import { PoolCommandsServiceService, PoolPolicy, type Amounts, type AutoTopUp, type Rates } from '@drawdown/proto/capacity';
import { InvalidArgumentError, type Command } from 'commander';
import { newRequestIdentity } from '../../client/request-identity.js';
import { readEachUnit, readMilli, readUnitSeconds } from '../../capacity/amounts.js';
import { atOf } from '../../capacity/seconds.js';
import { addAtOption, readNumber, readPercent, readSecondsOf, withCapacity, type AtOption } from './arguments.js';
import { printPool } from './pool-changes.js';

export interface PolicyOptions {
  readonly grace?: number;
  readonly suspend?: boolean;
  readonly unfundedCap?: Amounts;
  readonly warnBefore?: readonly number[];
  readonly warnBelow?: readonly number[];
  readonly warn?: boolean;
  readonly includeFarmNodes?: boolean;
  readonly nodeLimit?: ReadonlyMap<string, Rates>;
  readonly lend?: Amounts;
  readonly autoTopUp?: AutoTopUp;
}

const readAmounts = readEachUnit(readUnitSeconds);

const readEach =
  <Value>(read: (text: string) => Value) =>
  (text: string, before: readonly Value[] = []): readonly Value[] => [...before, read(text)];

/** `node-7:4`, or `node-7:cu=4,su=1`: units at most on a node. */
const readNodeLimit = (text: string, before: ReadonlyMap<string, Rates> = new Map()): ReadonlyMap<string, Rates> => {
  const [, node, units] = /^(.+):([^:]+)$/s.exec(text) ?? [];
  if (node === undefined || units === undefined) throw new InvalidArgumentError('Written as node:units.');
  return new Map([...before, [node, readEachUnit(readMilli)(units)]]);
};

const PURCHASES_MAX = 1_000;

/** `24h:2x30d:3:30d`: a day before the end, two units for thirty days, at most three times in thirty days. */
const readAutoTopUp = (text: string): AutoTopUp => {
  const [, trigger = '', amount = '', count = '', period = ''] = /^([^:]+):([^:]+):(\d{1,4}):([^:]+)$/.exec(text) ?? [];
  if (trigger === '' || Number(count) < 1 || Number(count) > PURCHASES_MAX)
    throw new InvalidArgumentError('Written as remaining time:unit-seconds:times:period, such as 24h:2x30d:3:30d.');
  return {
    triggerSeconds: readSecondsOf(trigger),
    amounts: readAmounts(amount),
    countMax: Number(count),
    periodSeconds: readSecondsOf(period),
    balanceMax: undefined,
  };
};

/** The rules that are said; the others get their defaults, for a policy is replaced whole. */
export const policyOf = (options: PolicyOptions): PoolPolicy => {
  const { warn, warnBefore = [], warnBelow = [], nodeLimit = new Map<string, Rates>(), unfundedCap, lend } = options;
  const saysWhen = warn === false || warnBefore.length + warnBelow.length > 0;
  return PoolPolicy.create({
    graceSeconds: options.grace ?? 0,
    suspends: options.suspend ?? false,
    unfundedCaps: unfundedCap,
    thresholds: saysWhen ? { timesSeconds: [...warnBefore], sharesPercent: [...warnBelow] } : undefined,
    includesFarmNodes: options.includeFarmNodes ?? false,
    nodeLimits: Object.fromEntries(nodeLimit),
    lendingLimit: lend,
    autoTopUp: options.autoTopUp,
  });
};

export const addPolicyOptions = (command: Command): Command =>
  command
    .option(
      '--grace <duration>',
      'how long a credit may still save workloads after an exhaustion (default: the same second)',
      readSecondsOf,
    )
    .option('--suspend', 'workloads stand still in their grace and do not drain')
    .option('--unfunded-cap <unit-seconds>', 'unfunded use that ends a grace early: 3600 of compute, or cu=3600,su=10', readAmounts)
    .option('--warn-before <duration>', 'remaining time to warn at; may be given again', readEach(readSecondsOf))
    .option(
      '--warn-below <share>',
      'share of the balance after the last purchase to warn at, such as 20%; may be given again',
      readEach(readPercent),
    )
    .option('--no-warn', 'never warn (default: 14d, 7d, 24h, 1h, 20% and 5%)')
    .option('--include-farm-nodes', 'new nodes of the farm join by themselves')
    .option('--node-limit <node:units>', 'units at most on a node; may be given again', readNodeLimit)
    .option('--lend <unit-seconds>', 'what other pools may borrow', readAmounts)
    .option('--auto-top-up <time:unit-seconds:times:period>', 'buy when this little time is left, so many times a period', readAutoTopUp);

export const registerPoolPolicy = (pools: Command): void => {
  const policy = pools
    .command('policy')
    .description('replace the rules of a pool; what is not said gets its default')
    .argument('<pool>', 'its number', readNumber);
  addAtOption(addPolicyOptions(policy)).action((poolId: number, options: PolicyOptions & AtOption, command: Command) =>
    withCapacity(command, async ({ client, output }) => {
      const request = { ...newRequestIdentity(), ...atOf(options.at), poolId, policy: policyOf(options) };
      const { pool } = await client.call(PoolCommandsServiceService.setPolicy, request);
      printPool(output, pool);
    }),
  );
};
