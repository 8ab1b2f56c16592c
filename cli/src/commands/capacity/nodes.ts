import { DirectoryServiceService, type Node } from '@drawdown/proto/capacity';
import type { Command } from 'commander';
import { collect, listAll } from '../../client/pages.js';
import { newRequestIdentity } from '../../client/request-identity.js';
import { fieldsOf, printList, printOne, type Column, type Output } from '../../output/output.js';
import { plain } from '../../output/plain.js';
import { readInteger } from '../arguments.js';
import { readNumber, withCapacity } from './arguments.js';

/** Where workloads run. */
export const registerNodes = (program: Command): void => {
  const nodes = program.command('nodes').description('machines that workloads run on');
  registerRegister(nodes);
  registerUpdate(nodes);
  registerUnregister(nodes);
  registerList(nodes);
  registerShow(nodes);
};

interface NodeOptions {
  readonly farm: number;
  readonly free?: boolean;
  readonly cores?: number;
  readonly memory?: number;
  readonly ssd?: number;
  readonly hdd?: number;
}

const readSize = readInteger(0, Number.MAX_SAFE_INTEGER);

const addNodeOptions = (command: Command): Command =>
  command
    .argument('<node>', 'its id')
    .requiredOption('--farm <number>', 'whose it is', readNumber)
    .option('--free', 'can be had for FreeTFT')
    .option('--cores <number>', 'that a machine of a size of its own may take at most; with --memory', readSize)
    .option('--memory <GiB>', 'the same', readSize)
    .option('--ssd <GB>', 'the same', readSize)
    .option('--hdd <GB>', 'the same', readSize);

const nodeOf = (nodeId: string, { farm, free = false, cores, memory, ssd = 0, hdd = 0 }: NodeOptions): Node => ({
  nodeId,
  farmId: farm,
  freeToUse: free,
  capacity: cores === undefined && memory === undefined ? undefined : { cru: cores ?? 0, mru: memory ?? 0, sru: ssd, hru: hdd },
});

const printNode = (output: Output, node: Node | undefined): void => {
  if (node !== undefined) printOne(output, fieldsOf(COLUMNS, node), plain(node));
};

const registerRegister = (nodes: Command): void => {
  addNodeOptions(nodes.command('register').description('add a node to a farm; needs the role operator')).action(
    (nodeId: string, options: NodeOptions, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const request = { ...newRequestIdentity(), node: nodeOf(nodeId, options) };
        printNode(output, (await client.call(DirectoryServiceService.registerNode, request)).node);
      }),
  );
};

const registerUpdate = (nodes: Command): void => {
  addNodeOptions(nodes.command('update').description('replace what is known of a node; needs the role operator')).action(
    (nodeId: string, options: NodeOptions, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const request = { ...newRequestIdentity(), node: nodeOf(nodeId, options) };
        printNode(output, (await client.call(DirectoryServiceService.updateNode, request)).node);
      }),
  );
};

const registerUnregister = (nodes: Command): void => {
  nodes
    .command('unregister')
    .description('take a node out: it can be bought no more; needs the role operator')
    .argument('<node>', 'its id')
    .action((nodeId: string, _options: unknown, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const answer = await client.call(DirectoryServiceService.unregisterNode, { ...newRequestIdentity(), nodeId });
        printOne(output, { unregistered: nodeId }, plain(answer));
      }),
    );
};

const registerList = (nodes: Command): void => {
  nodes
    .command('list')
    .description('nodes of the namespace')
    .option('--farm <number>', 'only of this farm', readNumber)
    .action(({ farm = 0 }: { readonly farm?: number }, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        const request = { farmId: farm, pageSize: 0, pageToken: '', minPosition: '' };
        const found = await collect(listAll(client, DirectoryServiceService.listNodes, request, page => page.nodes));
        printList(output, found, COLUMNS, plain);
      }),
    );
};

const registerShow = (nodes: Command): void => {
  nodes
    .command('show')
    .description('one node')
    .argument('<node>', 'its id')
    .action((nodeId: string, _options: unknown, command: Command) =>
      withCapacity(command, async ({ client, output }) => {
        printNode(output, (await client.call(DirectoryServiceService.getNode, { nodeId, minPosition: '' })).node);
      }),
    );
};

const COLUMNS: readonly Column<Node>[] = [
  { title: 'node', text: ({ nodeId }) => nodeId },
  { title: 'farm', text: ({ farmId }) => String(farmId), right: true },
  { title: 'free', text: ({ freeToUse }) => (freeToUse ? 'yes' : '') },
  { title: 'cores', text: ({ capacity }) => (capacity === undefined ? '' : String(capacity.cru)), right: true },
  { title: 'GiB', text: ({ capacity }) => (capacity === undefined ? '' : String(capacity.mru)), right: true },
  { title: 'GB SSD', text: ({ capacity }) => (capacity === undefined ? '' : String(capacity.sru)), right: true },
  { title: 'GB HDD', text: ({ capacity }) => (capacity === undefined ? '' : String(capacity.hru)), right: true },
];
