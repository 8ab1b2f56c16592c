import type { Command } from 'commander';
import { resolveConnection, type ConnectionOptions, type ServiceName } from '../client/context.js';
import { DrawdownClient } from '../client/drawdown-client.js';
import { EXIT } from '../exit-code.js';
import { failureJson, failureOf, failureText } from '../output/failure.js';
import { standardOutput, type Output } from '../output/output.js';

/** What a command works with. */
export interface Session {
  readonly client: DrawdownClient;
  readonly output: Output;
}

interface GlobalOptions extends ConnectionOptions {
  readonly json?: boolean;
}

/** What a command found: `false` when the answer is a refusal, which the exit code tells. */
type Finding = boolean | void;

/** Runs the work of a command without a service; a failure becomes a few lines and exit code 1, never a stack trace. */
export const withOutput = async (command: Command, work: (output: Output) => Promise<Finding>): Promise<void> => {
  const json = command.optsWithGlobals<GlobalOptions>().json ?? false;
  try {
    const finding = await work(standardOutput(json));
    if (finding === false) process.exitCode = EXIT.failed;
  } catch (error) {
    const failure = failureOf(error);
    process.stderr.write(`${json ? failureJson(failure) : failureText(failure)}\n`);
    process.exitCode = EXIT.failed;
  }
};

/** A connection to the service that the command line, the environment or the context names. The caller closes it. */
export const openClient = async (command: Command, service: ServiceName): Promise<DrawdownClient> =>
  new DrawdownClient(await resolveConnection(service, command.optsWithGlobals<GlobalOptions>(), process.env, process.cwd()));

/** The same with a connection to the service. */
export const withSession = (
  command: Command,
  work: (session: Session) => Promise<Finding>,
  service: ServiceName = 'entitlements',
): Promise<void> =>
  withOutput(command, async output => {
    const client = await openClient(command, service);
    try {
      return await work({ client, output });
    } finally {
      client.close();
    }
  });
