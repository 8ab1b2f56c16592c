import {
  Hit,
  OperationsServiceService,
  SessionsServiceService,
  StartReplayRequest,
  type EraseClientResponse,
  type ExportClientResponse,
} from '@drawdown/proto/sessions';
import type { Timestamp } from '@drawdown/proto';
import type { Command } from 'commander';
import { newRequestIdentity } from '../client/request-identity.js';
import { printOne } from '../output/output.js';
import { plain } from '../output/plain.js';
import { readInstant } from './arguments.js';
import { addPropertyOptions, pathsOf, scopeOption, settingsOf, type PropertyOptions } from './property-options.js';
import { withSession } from './session.js';
import { sessionView } from './session-views.js';
import { personOf } from './sessions-reads.js';

export const registerSessionChanges = (sessions: Command): void => {
  registerEnd(sessions);
  registerUnmerge(sessions);
  registerErase(sessions);
  registerExport(sessions);
  registerReplay(sessions);
  registerRepair(sessions);
};

const registerEnd = (sessions: Command): void => {
  sessions
    .command('end')
    .description('close an open session now')
    .argument('<property>', 'its id')
    .argument('<name>', 'name of the session')
    .action((propertyId: string, name: string, _options: unknown, command: Command) =>
      withSession(
        command,
        async ({ client, output }) => {
          const answer = await client.call(SessionsServiceService.endSession, { ...newRequestIdentity(), propertyId, name });
          printOne(output, { ended: name }, plain(answer));
        },
        'sessions',
      ),
    );
};

const registerUnmerge = (sessions: Command): void => {
  sessions
    .command('unmerge')
    .description('take one client out of an open session; what they share joins them no more')
    .argument('<property>', 'its id')
    .argument('<name>', 'name of the session')
    .argument('<client>', 'id of the client')
    .action((propertyId: string, name: string, clientId: string, _options: unknown, command: Command) =>
      withSession(
        command,
        async ({ client, output }) => {
          const answer = await client.call(SessionsServiceService.unmerge, { ...newRequestIdentity(), propertyId, name, clientId });
          printOne(output, { 'has a session of its own': clientId }, plain(answer));
        },
        'sessions',
      ),
    );
};

interface PersonOptions {
  readonly client?: string;
  readonly user?: string;
}

const registerErase = (sessions: Command): void => {
  sessions
    .command('erase')
    .description('remove all that is held of one person: sessions, hits, dead letters')
    .argument('<property>', 'its id')
    .option('--client <id>', 'of this client')
    .option('--user <id>', 'of this user')
    .action((propertyId: string, options: PersonOptions, command: Command) => {
      const person = personOf(options, command);
      return withSession(
        command,
        async ({ client, output }) => {
          let last: EraseClientResponse | undefined;
          const request = { ...newRequestIdentity(), propertyId, person };
          for await (const step of client.download(SessionsServiceService.eraseClient, request)) last = step;
          if (last?.done !== true) {
            output.note('The service ended the erasure before it was done: run it again.');
            return false;
          }
          const { openHits, closedSessions, messages } = last;
          printOne(
            output,
            { 'open hits': String(openHits), 'closed sessions': String(closedSessions), messages: String(messages) },
            plain(last),
          );
          return true;
        },
        'sessions',
      );
    });
};

const registerExport = (sessions: Command): void => {
  sessions
    .command('export')
    .description('everything that is held of one person, one JSON document a line')
    .argument('<property>', 'its id')
    .option('--client <id>', 'of this client')
    .option('--user <id>', 'of this user')
    .action((propertyId: string, options: PersonOptions, command: Command) => {
      const person = personOf(options, command);
      return withSession(
        command,
        async ({ client, output }) => {
          for await (const found of client.download(SessionsServiceService.exportClient, { propertyId, person })) {
            output.write(JSON.stringify(exportView(found)));
          }
        },
        'sessions',
      );
    });
};

const exportView = ({ item }: ExportClientResponse) => {
  if (item?.$case === 'session') return { session: sessionView(item.value) };
  if (item?.$case === 'deadLetter') return { deadLetter: plain({ ...item.value, event: item.value.event.toString('utf8') }) };
  return { hit: plain(item?.value ?? Hit.create()) };
};

interface ReplayOptions extends PropertyOptions {
  readonly from: Timestamp;
  readonly to?: Timestamp;
}

const registerReplay = (sessions: Command): void => {
  const replay = sessions
    .command('replay')
    .description(
      'make sessions again of the hits of a time range, beside the present ones; settings that are said replace all of the property',
    )
    .argument('<property>', 'its id')
    .requiredOption('--from <instant>', 'hits from then on', readInstant)
    .option('--to <instant>', 'hits before then (default: now)', readInstant)
    .addOption(scopeOption());
  addPropertyOptions(replay).action((propertyId: string, options: ReplayOptions, command: Command) =>
    withSession(
      command,
      async ({ client, output }) => {
        const request = StartReplayRequest.create({
          ...newRequestIdentity(),
          propertyId,
          startTime: options.from,
          endTime: options.to,
          settings: pathsOf(options).length === 0 ? undefined : settingsOf(options),
        });
        const answer = await client.call(SessionsServiceService.startReplay, request);
        printOne(output, { lane: answer.lane, read: `drawdown sessions list ${propertyId} --replay ${answer.lane}` }, plain(answer));
      },
      'sessions',
    ),
  );
};

interface RepairOptions {
  readonly namespace: string;
  readonly dropUnreadable?: boolean;
}

const registerRepair = (sessions: Command): void => {
  sessions
    .command('repair')
    .description('put a parked session back to be handed over again; needs the role operator')
    .argument('<property>', 'its id')
    .argument('<close-id>', 'as session.parked and its dead letters name it')
    .requiredOption('--namespace <namespace>', 'tenant whose session it is')
    .option('--drop-unreadable', 'leave out what still cannot be read of it; it stays in the dead letters')
    .action((propertyId: string, closeId: string, { namespace, dropUnreadable = false }: RepairOptions, command: Command) =>
      withSession(
        command,
        async ({ client, output }) => {
          const request = { ...newRequestIdentity(), namespace, propertyId, closeId, dropUnreadable };
          const answer = await client.call(OperationsServiceService.repairSession, request);
          printOne(output, { repaired: closeId }, plain(answer));
        },
        'sessions',
      ),
    );
};
