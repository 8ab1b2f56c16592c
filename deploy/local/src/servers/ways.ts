import { join } from 'node:path';
import { Fault } from '@drawdown/errors';
import type { Launch } from '../launch.js';
import { findOnPath, formatVersion, isExecutable, requireVersion } from '../process/program.js';
import type { Program, Version } from '../process/program.js';
import { AddressUnusable } from './server.js';
import type { RunningServer, Way } from './server.js';

const never = new Promise<string>(() => undefined);

/** An address in the environment; when there is one, it is used or the launch fails. */
export const fromEnvironment = (
  launch: Launch,
  variable: string,
  probe: (url: string) => Promise<void>,
  more: (url: string) => Readonly<Record<string, string>> = () => ({}),
): Way => ({
  label: variable,
  attempt: async () => {
    const url = launch.environment[variable];
    if (url === undefined || url === '') throw new Fault('NOT_SET', 'not set');
    try {
      await probe(url);
    } catch (error) {
      throw new AddressUnusable(variable, url, error instanceof Error ? error.message : String(error));
    }
    return {
      url,
      variables: { [variable]: url, ...more(url) },
      what: 'as the environment says',
      failed: never,
      stop: () => Promise.resolve(),
    };
  },
});

/** How a program that was found becomes a server. `origin` says where the program is from. */
export type StartProgram = (program: Program, origin: string) => Promise<RunningServer>;

/** The first of `names` on the PATH that is new enough. */
export const fromPath = (launch: Launch, names: readonly string[], minimum: Version, start: StartProgram): Way => ({
  label: `${names.join(' or ')} on the PATH`,
  attempt: async () => {
    const unfit: string[] = [];
    for (const name of names) {
      const file = await findOnPath(name, launch.environment['PATH']);
      if (file === undefined) continue;
      try {
        return await start(await requireVersion(launch, file, minimum), `found at ${file}`);
      } catch (error) {
        unfit.push(error instanceof Error ? error.message : String(error));
      }
    }
    throw new Fault('NOT_FOUND', unfit.length === 0 ? 'none found' : unfit.join('; '));
  },
});

/** A program fetched by an earlier launch. */
export const fromBin = (launch: Launch, name: string, minimum: Version, start: StartProgram): Way => ({
  label: `.drawdown/bin/${name}`,
  attempt: async () => {
    const file = join(launch.workspace.bin, name);
    if (!(await isExecutable(file))) throw new Fault('NOT_FOUND', 'not fetched yet');
    return start(await requireVersion(launch, file, minimum), 'from .drawdown/bin');
  },
});

/** A program that is fetched now. */
export const byFetching = (
  launch: Launch,
  label: string,
  fetchProgram: () => Promise<string>,
  minimum: Version,
  start: StartProgram,
): Way => ({
  label,
  attempt: async () => start(await requireVersion(launch, await fetchProgram(), minimum), `by ${label}`),
});

/** "nats-server 2.15.2 from .drawdown/bin". */
export const describeProgram = (name: string, program: Program, origin: string): string =>
  `${name} ${formatVersion(program.version)} ${origin}`;
