import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Refusal } from '@drawdown/errors';
import type { Connection } from './drawdown-client.js';

/** The services that commands call. */
export const SERVICES = ['entitlements', 'sessions', 'capacity'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** What was said on the command line about the connection. */
export interface ConnectionOptions {
  readonly address?: string;
  readonly tokenFile?: string;
  readonly tls?: boolean;
  /** Seconds. */
  readonly timeout?: number;
}

const MS_PER_SECOND = 1_000;

/**
 * Where to call a service and as whom: the command line wins over the environment, where `DRAWDOWN_SESSIONS_ADDRESS` and its like are of one service
 * and `DRAWDOWN_ADDRESS` of all, and this over `.drawdown/context.json`, which `npm start` leaves in the repository and which is looked for from
 * `folder` upwards.
 * @throws Refusal `NO_CONTEXT` or `NO_TOKEN`, saying what would help
 */
export const resolveConnection = async (
  service: ServiceName,
  options: ConnectionOptions,
  environment: Readonly<Record<string, string | undefined>>,
  folder: string,
): Promise<Connection> => {
  const said = {
    address: options.address ?? environment[`DRAWDOWN_${service.toUpperCase()}_ADDRESS`] ?? environment['DRAWDOWN_ADDRESS'],
    tokenFile: options.tokenFile ?? environment['DRAWDOWN_TOKEN_FILE'],
  };
  const context = said.address !== undefined && said.tokenFile !== undefined ? {} : await readContext(folder, service);
  const address = said.address ?? context.address;
  const tokenFile = said.tokenFile ?? context.tokenFile;
  if (address === undefined || tokenFile === undefined) {
    throw new Refusal(
      'NO_CONTEXT',
      `no running ${service} service is known: run \`npm start\`, or name one with --address and --token-file (DRAWDOWN_ADDRESS, DRAWDOWN_TOKEN_FILE)`,
    );
  }
  return {
    address,
    token: await readToken(tokenFile),
    tls: options.tls ?? false,
    ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout * MS_PER_SECOND }),
  };
};

/** As the launcher writes it. */
interface ContextFile {
  readonly addresses?: Readonly<Record<string, unknown>>;
  readonly tokenFile?: unknown;
}

interface Context {
  readonly address?: string;
  readonly tokenFile?: string;
}

const readContext = async (folder: string, service: ServiceName): Promise<Context> => {
  const file = findUpwards(folder, join('.drawdown', 'context.json'));
  if (file === undefined) return {};
  try {
    const { addresses, tokenFile } = JSON.parse(await readFile(file, 'utf8')) as ContextFile;
    const address = addresses?.[service];
    return { ...(typeof address === 'string' ? { address } : {}), ...(typeof tokenFile === 'string' ? { tokenFile } : {}) };
  } catch (error) {
    throw new Refusal('NO_CONTEXT', `${file} cannot be read: ${messageOf(error)}`, {}, [], { cause: error });
  }
};

const findUpwards = (folder: string, name: string): string | undefined => {
  const file = join(folder, name);
  if (existsSync(file)) return file;
  const parent = dirname(folder);
  return parent === folder ? undefined : findUpwards(parent, name);
};

const readToken = async (file: string): Promise<string> => {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new Refusal('NO_TOKEN', `the token cannot be read: ${messageOf(error)}`, {}, [], { cause: error });
  }
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
