import type { DeadLetter } from '@drawdown/proto';
import type { Command } from 'commander';
import { timestampText } from '../client/instants.js';
import { listAll } from '../client/pages.js';
import { newRequestIdentity } from '../client/request-identity.js';
import { printList, printOne, type Column } from '../output/output.js';
import { plain } from '../output/plain.js';
import { readInteger } from './arguments.js';
import { operationsOf, serviceOption, type ServiceOptions } from './operations-service.js';
import { withSession } from './session.js';

const SHOWN_DEFAULT = 100;
const SHOWN_MAX = 100_000;

/** Messages that were not applied (design §4.10). */
export const registerDeadLetters = (program: Command): void => {
  const deadLetters = program.command('dead-letters').description('messages that were not applied, and what to do with them');
  registerList(deadLetters);
  registerReplay(deadLetters);
  registerSetAside(deadLetters);
  registerTakeBack(deadLetters);
};

interface ListOptions extends ServiceOptions {
  readonly limit: number;
}

interface SetAsideOptions extends ServiceOptions {
  readonly reason: string;
}

const sequenceOf = readInteger(1, Number.MAX_SAFE_INTEGER);

const registerList = (deadLetters: Command): void => {
  deadLetters
    .command('list')
    .description('oldest first')
    .option('--limit <number>', 'at most this many', readInteger(1, SHOWN_MAX), SHOWN_DEFAULT)
    .addOption(serviceOption())
    .action(({ limit, service }: ListOptions, command: Command) =>
      withSession(
        command,
        async ({ client, output }) => {
          const found: DeadLetter[] = [];
          const request = { pageSize: 0, pageToken: '' };
          for await (const letter of listAll(client, operationsOf(service).listDeadLetters, request, page => page.deadLetters)) {
            if (found.push(letter) >= limit) break;
          }
          printList(output, found, COLUMNS, letter => plain({ ...letter, data: letter.data.toString('utf8') }));
        },
        service,
      ),
    );
};

const registerReplay = (deadLetters: Command): void => {
  deadLetters
    .command('replay')
    .description('publish the original bytes again')
    .argument('<sequence>', 'sequence of the dead letter', sequenceOf)
    .addOption(serviceOption())
    .action((sequence: number, { service }: ServiceOptions, command: Command) =>
      withSession(
        command,
        async ({ client, output }) => {
          const answer = await client.call(operationsOf(service).replayDeadLetter, { sequence });
          printOne(output, { replayed: String(sequence) }, plain(answer));
        },
        service,
      ),
    );
};

const registerSetAside = (deadLetters: Command): void => {
  deadLetters
    .command('set-aside')
    .description('tell every fold to pass over a message that breaks our own code')
    .argument('<stream>', 'its stream, such as usage or hits')
    .argument('<sequence>', 'its sequence there', sequenceOf)
    .requiredOption('--reason <text>', 'for those who come later')
    .addOption(serviceOption())
    .action((stream: string, sequence: number, { reason, service }: SetAsideOptions, command: Command) =>
      withSession(
        command,
        async ({ client, output }) => {
          const request = { ...newRequestIdentity(), stream, sequence, reason };
          const answer = await client.call(operationsOf(service).setAsideMessage, request);
          printOne(output, { 'set aside': `${stream} ${String(sequence)}` }, plain(answer));
        },
        service,
      ),
    );
};

const registerTakeBack = (deadLetters: Command): void => {
  deadLetters
    .command('take-back')
    .description('undo set-aside: the message counts again from the next rebuild on')
    .argument('<stream>', 'its stream, such as usage or hits')
    .argument('<sequence>', 'its sequence there', sequenceOf)
    .addOption(serviceOption())
    .action((stream: string, sequence: number, { service }: ServiceOptions, command: Command) =>
      withSession(
        command,
        async ({ client, output }) => {
          const answer = await client.call(operationsOf(service).takeBackMessage, { ...newRequestIdentity(), stream, sequence });
          printOne(output, { 'taken back': `${stream} ${String(sequence)}` }, plain(answer));
        },
        service,
      ),
    );
};

const COLUMNS: readonly Column<DeadLetter>[] = [
  { title: 'sequence', text: ({ sequence }) => String(sequence), right: true },
  { title: 'time', text: ({ time }) => timestampText(time) },
  { title: 'reason', text: ({ reason }) => reason },
  { title: 'detail', text: ({ detail }) => detail },
  { title: 'published to', text: ({ subject }) => subject },
  { title: 'stands in', text: ({ stream, originalSequence }) => `${stream} ${String(originalSequence)}` },
];
