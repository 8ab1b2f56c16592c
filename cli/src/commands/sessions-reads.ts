import {
  CheckConcurrentSessionsRequest,
  GetOpenSessionRequest,
  GetSessionRequest,
  ListSessionsRequest,
  SessionState,
  SessionsServiceService,
  type GetSessionResponse,
  type Session as SessionMessage,
  type SessionReasons,
} from '@drawdown/proto/sessions';
import type { Timestamp } from '@drawdown/proto';
import { Option, type Command } from 'commander';
import { collect, listAll } from '../client/pages.js';
import { fieldsOf, printList, printOne, tableText, type Output } from '../output/output.js';
import { plain } from '../output/plain.js';
import { readInstant, readInteger } from './arguments.js';
import { withSession, type Session } from './session.js';
import { HIT_COLUMNS, SESSION_COLUMNS, SESSION_FIELDS } from './session-columns.js';
import { sessionHitView, sessionView } from './session-views.js';

const SHOWN_DEFAULT = 100;
const SHOWN_MAX = 100_000;
const CONCURRENT_MAX = 10_000;
const STATES = { open: SessionState.OPEN, closing: SessionState.CLOSING, closed: SessionState.CLOSED } as const;

export const registerSessionReads = (sessions: Command): void => {
  registerList(sessions);
  registerShow(sessions);
  registerOpen(sessions);
  registerConcurrent(sessions);
};

interface ListOptions {
  readonly client?: string;
  readonly user?: string;
  readonly from?: Timestamp;
  readonly to?: Timestamp;
  readonly state?: keyof typeof STATES;
  readonly lane?: string;
  readonly replay?: string;
  readonly limit: number;
  readonly minPosition?: string;
}

const registerList = (sessions: Command): void => {
  sessions
    .command('list')
    .description('sessions of a property, the one with the latest hit first')
    .argument('<property>', 'its id')
    .option('--client <id>', 'only those that began with this client')
    .option('--user <id>', 'only those of this user')
    .option('--from <instant>', 'only those whose last hit is at or after it', readInstant)
    .option('--to <instant>', 'only those whose last hit is before it', readInstant)
    .addOption(new Option('--state <state>', 'only those in it').choices(Object.keys(STATES)))
    .option('--lane <lane>', 'only those of it: live, or an import')
    .option('--replay <lane>', 'what a replay made instead of the present sessions')
    .option('--limit <number>', 'at most this many', readInteger(1, SHOWN_MAX), SHOWN_DEFAULT)
    .option('--min-position <position>', 'no older than this, which a command or `publish --json` answered')
    .action((propertyId: string, options: ListOptions, command: Command) =>
      withSession(command, session => list(session, propertyId, options), 'sessions'),
    );
};

const list = async ({ client, output }: Session, propertyId: string, options: ListOptions): Promise<void> => {
  const request = ListSessionsRequest.create({
    propertyId,
    clientId: options.client ?? '',
    userId: options.user ?? '',
    startTime: options.from,
    endTime: options.to,
    states: options.state === undefined ? [] : [STATES[options.state]],
    lane: options.lane ?? '',
    replay: options.replay ?? '',
    minPosition: options.minPosition ?? '',
  });
  const found: SessionMessage[] = [];
  for await (const session of listAll(client, SessionsServiceService.listSessions, request, page => page.sessions)) {
    if (found.push(session) >= options.limit) break;
  }
  printList(output, found, SESSION_COLUMNS, sessionView);
};

interface ShowOptions {
  readonly name?: boolean;
  readonly replay?: string;
}

const registerShow = (sessions: Command): void => {
  sessions
    .command('show')
    .description('one session with its hits, and why it is as it is')
    .argument('<property>', 'its id')
    .argument('<session>', 'id of the session: that of its first hit')
    .option('--name', 'the session is given by its name, as open ones are')
    .option('--replay <lane>', 'as a replay made it')
    .action((propertyId: string, key: string, { name, replay = '' }: ShowOptions, command: Command) =>
      withSession(
        command,
        async ({ client, output }) => {
          const request = GetSessionRequest.create({
            propertyId,
            key: { $case: name === true ? 'name' : 'sessionId', value: key },
            replay,
          });
          let first: GetSessionResponse | undefined;
          const page = (answer: GetSessionResponse) => {
            first ??= answer;
            return answer.hits;
          };
          const hits = await collect(listAll(client, SessionsServiceService.getSession, request, page));
          if (first?.session === undefined) return;
          const { session, reasons, values } = first;
          if (output.json) {
            output.write(
              JSON.stringify({
                session: sessionView(session),
                reasons: plain(reasons ?? null),
                values: plain(values ?? null),
                hits: hits.map(sessionHitView),
              }),
            );
            return;
          }
          printOne(output, { ...fieldsOf(SESSION_FIELDS, session), ...reasonFields(reasons) }, null);
          output.write(tableText(hits, HIT_COLUMNS));
        },
        'sessions',
      ),
    );
};

const reasonFields = (reasons: SessionReasons | undefined): Readonly<Record<string, string>> => {
  if (reasons === undefined) return {};
  const fields = {
    started: reasons.started,
    ended: reasons.ended,
    joined: reasons.joins.map(({ clientKey, identifierType }) => `${clientKey} by ${identifierType}`).join('\n'),
    'duplicate hits': reasons.duplicateHits === 0 ? '' : String(reasons.duplicateHits),
    'late hits': reasons.lateHits === 0 ? '' : String(reasons.lateHits),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== ''));
};

const printSession = (output: Output, session: SessionMessage | undefined, reasons: SessionReasons | undefined): void => {
  if (session !== undefined) printOne(output, { ...fieldsOf(SESSION_FIELDS, session), ...reasonFields(reasons) }, sessionView(session));
};

const registerOpen = (sessions: Command): void => {
  sessions
    .command('open')
    .description('the open session of a client or of a user')
    .argument('<property>', 'its id')
    .option('--client <id>', 'of this client')
    .option('--user <id>', 'of this user')
    .action((propertyId: string, options: { readonly client?: string; readonly user?: string }, command: Command) => {
      const visitor = personOf(options, command);
      return withSession(
        command,
        async ({ client, output }) => {
          const request = GetOpenSessionRequest.create({ propertyId, visitor });
          const { session, reasons } = await client.call(SessionsServiceService.getOpenSession, request);
          printSession(output, session, reasons);
        },
        'sessions',
      );
    });
};

/** Exactly one of the two, or the command ends here. */
export const personOf = (
  { client, user }: { readonly client?: string; readonly user?: string },
  command: Command,
): { readonly $case: 'clientId' | 'userId'; readonly value: string } => {
  if (client !== undefined && user === undefined) return { $case: 'clientId', value: client };
  if (user !== undefined && client === undefined) return { $case: 'userId', value: user };
  return command.error('error: say --client or --user');
};

const registerConcurrent = (sessions: Command): void => {
  sessions
    .command('concurrent')
    .description('may a user have one more session open? exit code 1 when not')
    .argument('<property>', 'its id')
    .argument('<user>', 'id of the user')
    .requiredOption('--limit <number>', 'sessions the user may have open at once', readInteger(1, CONCURRENT_MAX))
    .action((propertyId: string, userId: string, { limit }: { readonly limit: number }, command: Command) =>
      withSession(
        command,
        async ({ client, output }) => {
          const request = CheckConcurrentSessionsRequest.create({ propertyId, userId, limit });
          const answer = await client.call(SessionsServiceService.checkConcurrentSessions, request);
          printOne(output, { allowed: answer.allowed ? 'yes' : 'no', open: String(answer.openCount) }, plain(answer));
          return answer.allowed;
        },
        'sessions',
      ),
    );
};
