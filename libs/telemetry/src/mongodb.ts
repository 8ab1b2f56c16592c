import { type Span, SpanKind } from '@opentelemetry/api';

import { Attributes, spanName } from './names.js';
import { isTracing } from './telemetry.js';
import { markFailed, startSpan } from './traced.js';

/** Commands that the driver sends by itself; they belong to no request of ours. */
const OWN_COMMANDS: ReadonlySet<string> = new Set(['hello', 'isMaster', 'ismaster', 'ping', 'endSessions', 'saslStart', 'saslContinue']);

/** Spans kept open for commands under way; more than any pool has connections, so only a lost end can reach it. */
const OPEN_COMMANDS_MAX = 10_000;

interface StartedCommand {
  readonly requestId: number;
  readonly commandName: string;
  readonly databaseName: string;
  readonly command: Readonly<Record<string, unknown>>;
}

interface FinishedCommand {
  readonly requestId: number;
}

interface FailedCommand extends FinishedCommand {
  readonly failure: Error;
}

/** The part of a `MongoClient` made with `monitorCommands: true` that is needed here. */
export interface CommandMonitor {
  on(event: 'commandStarted', listener: (event: StartedCommand) => void): unknown;
  on(event: 'commandSucceeded', listener: (event: FinishedCommand) => void): unknown;
  on(event: 'commandFailed', listener: (event: FailedCommand) => void): unknown;
}

/**
 * Makes a span of every command that the client sends, as a child of what asked for it. Uses the driver's command monitoring, which
 * announces a command inside the asynchronous context of its caller; patching instrumentations do not see an ESM import.
 * Statements are not recorded: they hold customers' keys and amounts.
 */
export const traceCommands = (client: CommandMonitor): void => {
  const open = new Map<number, Span>();
  const end = (requestId: number, error?: Error): void => {
    const span = open.get(requestId);
    if (span === undefined) return;
    open.delete(requestId);
    if (error !== undefined) markFailed(span, error);
    span.end();
  };
  client.on('commandStarted', event => {
    if (!isTracing() || OWN_COMMANDS.has(event.commandName) || open.size >= OPEN_COMMANDS_MAX) return;
    const target = event.command[event.commandName];
    const collection = typeof target === 'string' ? target : event.databaseName;
    const attributes = {
      [Attributes.databaseSystem]: 'mongodb',
      [Attributes.databaseNamespace]: event.databaseName,
      [Attributes.databaseCollection]: collection,
      [Attributes.databaseOperation]: event.commandName,
    };
    open.set(event.requestId, startSpan(spanName.database(event.commandName, collection), SpanKind.CLIENT, attributes));
  });
  client.on('commandSucceeded', event => end(event.requestId));
  client.on('commandFailed', event => end(event.requestId, event.failure));
};
