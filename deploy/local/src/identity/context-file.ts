import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Launch } from '../launch.js';

/** Where the command line finds the running services when it is told nothing. */
export interface CommandLineContext {
  /** gRPC, `host:port`, by name of the service. */
  readonly addresses: ReadonlyMap<string, string>;
  readonly namespace: string;
  readonly token: string;
}

/**
 * Writes `.drawdown/context.json` and `.drawdown/token` for `npx drawdown`. With several launches beside each other
 * the last one started wins; each takes only its own away at its end.
 */
export const writeContext = async (launch: Launch, context: CommandLineContext): Promise<void> => {
  const tokenFile = join(launch.workspace.state, 'token');
  const contextFile = join(launch.workspace.state, 'context.json');
  const text = JSON.stringify({ addresses: Object.fromEntries(context.addresses), tokenFile, namespace: context.namespace }, undefined, 2);
  launch.atEnd('command line context', async () => {
    const isOurs = (await readFile(tokenFile, 'utf8').catch(() => '')) === context.token;
    if (isOurs) await Promise.all([rm(tokenFile, { force: true }), rm(contextFile, { force: true })]);
  });
  await writeFile(tokenFile, context.token, { mode: 0o600 });
  await writeFile(contextFile, text);
};
