import { DirectoryServiceService, type AgreedPrices, type Farm, type MonthlyPrices, type Payout } from '@drawdown/proto/capacity';
import { InvalidArgumentError, type Command } from 'commander';
import { collect, listAll } from '../../client/pages.js';
import { newRequestIdentity } from '../../client/request-identity.js';
import { fieldsOf, printList, printOne, type Column, type Output } from '../../output/output.js';
import { plain } from '../../output/plain.js';
import { readNumber, withCapacity } from './arguments.js';

/** Who is paid for nodes, and how much. */
export const registerFarms = (program: Command): void => {
  const farms = program.command('farms').description('who is paid for nodes, and how much');
  registerRegister(farms);
  registerUpdate(farms);
  registerList(farms);
  registerShow(farms);
};

interface FarmOptions {
  readonly payout: readonly Payout[];
  readonly prices?: MonthlyPrices;
  readonly agreed?: readonly AgreedPrices[];
}

const PRICE = /^\d{1,7}(\.\d{1,3})?$/;

/** `TFT=address`; the option may be given again. */
const readPayout = (text: string, before: readonly Payout[] = []): readonly Payout[] => {
  const [, currency, address] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (currency === undefined || address === undefined) throw new InvalidArgumentError('Written as currency=address.');
  return [...before, { currency, address }];
};

/** `10,8,6`: USD for a unit of compute, storage and addresses over 30 days. */
const readPrices = (text: string): MonthlyPrices => {
  const [cu, su, ipv4u, ...more] = text.split(',').map(one => (PRICE.test(one) ? Number(one) : undefined));
  if (cu === undefined || su === undefined || ipv4u === undefined || more.length > 0)
    throw new InvalidArgumentError('Three prices with at most three decimals, such as 10,8,6.');
  return { cu, su, ipv4u };
};

/** `7=9,7,5`; the option may be given again. */
const readAgreed = (text: string, before: readonly AgreedPrices[] = []): readonly AgreedPrices[] => {
  const [, tid = '', prices = ''] = /^(\d+)=(.+)$/s.exec(text) ?? [];
  if (tid === '') throw new InvalidArgumentError('Written as tid=prices, such as 7=9,7,5.');
  return [...before, { tid: readNumber(tid), prices: readPrices(prices) }];
};

const addFarmOptions = (command: Command): Command =>
  command
    .argument('<farm>', 'its number', readNumber)
    .requiredOption('--payout <currency=address>', 'how it can be paid; may be given again', readPayout)
    .option('--prices <cu,su,ipv4u>', 'USD for a unit over 30 days (default: the list prices 10,8,6)', readPrices)
    .option('--agreed <tid=cu,su,ipv4u>', 'prices agreed with a customer or a sponsor; may be given again', readAgreed);

const farmOf = (farmId: number, { payout, prices, agreed = [] }: FarmOptions): Farm => ({
  farmId,
  payouts: [...payout],
  prices,
  agreedPrices: [...agreed],
});

const printFarm = (output: Output, farm: Farm | undefined): void => {
  if (farm !== undefined) printOne(output, fieldsOf(COLUMNS, farm), plain(farm));
};

const registerRegister = (farms: Command): void => {
  addFarmOptions(farms.command('register').description('add a farm; needs the role operator')).action(
    (farmId: number, options: FarmOptions, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const request = { ...newRequestIdentity(), farm: farmOf(farmId, options) };
        printFarm(output, (await client.call(DirectoryServiceService.registerFarm, request)).farm);
      }),
  );
};

const registerUpdate = (farms: Command): void => {
  addFarmOptions(farms.command('update').description('replace what is known of a farm; needs the role operator')).action(
    (farmId: number, options: FarmOptions, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const request = { ...newRequestIdentity(), farm: farmOf(farmId, options) };
        printFarm(output, (await client.call(DirectoryServiceService.updateFarm, request)).farm);
      }),
  );
};

const registerList = (farms: Command): void => {
  farms
    .command('list')
    .description('farms of the namespace')
    .action((_options: unknown, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const request = { pageSize: 0, pageToken: '', minPosition: '' };
        const found = await collect(listAll(client, DirectoryServiceService.listFarms, request, page => page.farms));
        printList(output, found, COLUMNS, plain);
      }),
    );
};

const registerShow = (farms: Command): void => {
  farms
    .command('show')
    .description('one farm')
    .argument('<farm>', 'its number', readNumber)
    .action((farmId: number, _options: unknown, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        printFarm(output, (await client.call(DirectoryServiceService.getFarm, { farmId, minPosition: '' })).farm);
      }),
    );
};

const pricesText = (prices: MonthlyPrices | undefined): string =>
  prices === undefined ? '' : [prices.cu, prices.su, prices.ipv4u].join(', ');

const COLUMNS: readonly Column<Farm>[] = [
  { title: 'farm', text: ({ farmId }) => String(farmId), right: true },
  { title: 'is paid', text: ({ payouts }) => payouts.map(({ currency, address }) => `${currency} at ${address}`).join('\n') },
  { title: 'USD a month', text: ({ prices }) => (prices === undefined ? 'list prices' : pricesText(prices)) },
  {
    title: 'agreed',
    text: ({ agreedPrices }) => agreedPrices.map(({ tid, prices }) => `${String(tid)}: ${pricesText(prices)}`).join('\n'),
  },
];
