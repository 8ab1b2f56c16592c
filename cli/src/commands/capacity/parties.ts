import { DirectoryServiceService, type Funds, type Party } from '@drawdown/proto/capacity';
import type { Command } from 'commander';
import { collect, listAll } from '../../client/pages.js';
import { newRequestIdentity } from '../../client/request-identity.js';
import { moneyText, readMoney } from '../../capacity/money.js';
import { readSigner } from '../../capacity/signer.js';
import { fieldsOf, printList, printOne, tableText, type Column } from '../../output/output.js';
import { plain } from '../../output/plain.js';
import { readNumber, withCapacity } from './arguments.js';

/** Who buys, and with what money. */
export const registerParties = (program: Command): void => {
  const parties = program.command('parties').description('who buys and signs');
  registerRegister(parties);
  registerUpdate(parties);
  registerList(parties);
  registerShow(parties);
  registerDeposit(parties);
};

interface PartyOptions {
  readonly publicKey?: string;
  readonly key?: string;
  readonly trusted?: boolean;
}

const addPartyOptions = (command: Command): Command =>
  command
    .argument('<tid>', 'its number', readNumber)
    .option('--public-key <hex>', '64 hex digits')
    .option('--key <file>', 'a file with the key pair, of which the public key is taken')
    .option('--trusted', 'may sponsor what others buy');

const partyOf = async (tid: number, { publicKey, key, trusted = false }: PartyOptions): Promise<Party> => ({
  tid,
  publicKey: publicKey ?? (key === undefined ? '' : (await readSigner(key)).publicKey),
  trustedChannel: trusted,
});

const requireKey = ({ publicKey, key }: PartyOptions, command: Command): void => {
  if ((publicKey === undefined) === (key === undefined)) command.error('error: say --public-key or --key');
};

const registerRegister = (parties: Command): void => {
  addPartyOptions(parties.command('register').description('add a party; needs the role operator')).action(
    (tid: number, options: PartyOptions, command: Command) => {
      requireKey(options, command);
      return withCapacity(command, async ({ client, output }) => {
        const request = { ...newRequestIdentity(), party: await partyOf(tid, options) };
        const { party } = await client.call(DirectoryServiceService.registerParty, request);
        if (party !== undefined) printOne(output, fieldsOf(COLUMNS, party), plain(party));
      });
    },
  );
};

const registerUpdate = (parties: Command): void => {
  addPartyOptions(parties.command('update').description('replace what is known of a party; needs the role operator')).action(
    (tid: number, options: PartyOptions, command: Command) => {
      requireKey(options, command);
      return withCapacity(command, async ({ client, output }) => {
        const request = { ...newRequestIdentity(), party: await partyOf(tid, options) };
        const { party } = await client.call(DirectoryServiceService.updateParty, request);
        if (party !== undefined) printOne(output, fieldsOf(COLUMNS, party), plain(party));
      });
    },
  );
};

const registerList = (parties: Command): void => {
  parties
    .command('list')
    .description('parties of the namespace')
    .action((_options: unknown, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const request = { pageSize: 0, pageToken: '', minPosition: '' };
        const found = await collect(listAll(client, DirectoryServiceService.listParties, request, page => page.parties));
        printList(output, found, COLUMNS, plain);
      }),
    );
};

const registerShow = (parties: Command): void => {
  parties
    .command('show')
    .description('one party with its prepaid money')
    .argument('<tid>', 'its number', readNumber)
    .action((tid: number, _options: unknown, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const { party, funds } = await client.call(DirectoryServiceService.getParty, { tid, minPosition: '' });
        if (party === undefined) return;
        printOne(output, fieldsOf(COLUMNS, party), plain({ ...party, funds }));
        if (!output.json && funds.length > 0) output.write(tableText(funds, FUNDS_COLUMNS));
      }),
    );
};

/** What services know as TFT unless they are told otherwise. */
const ASSET_DEFAULT = 'TFT:LEDGER';

const registerDeposit = (parties: Command): void => {
  parties
    .command('deposit')
    .description('put money into the prepaid ledger of a party; needs the role operator')
    .argument('<tid>', 'its number', readNumber)
    .argument('<amount>', 'at most seven decimals', readMoney)
    .option('--asset <code:issuer>', 'of what', ASSET_DEFAULT)
    .action((tid: number, amount: string, { asset }: { readonly asset: string }, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const request = { ...newRequestIdentity(), tid, funds: { asset, amount } };
        const { funds } = await client.call(DirectoryServiceService.depositFunds, request);
        if (funds !== undefined) printOne(output, { 'has now': moneyText(funds), asset: funds.asset }, plain(funds));
      }),
    );
};

const COLUMNS: readonly Column<Party>[] = [
  { title: 'party', text: ({ tid }) => String(tid), right: true },
  { title: 'public key', text: ({ publicKey }) => publicKey },
  { title: 'sponsors', text: ({ trustedChannel }) => (trustedChannel ? 'yes' : '') },
];

const FUNDS_COLUMNS: readonly Column<Funds>[] = [
  { title: 'money', text: moneyText, right: true },
  { title: 'asset', text: ({ asset }) => asset },
];
