import { Fault } from '@drawdown/errors';
import type { Launch } from '../launch.js';

/** A server that answers, whoever started it. */
export interface RunningServer {
  readonly url: string;
  /** What programs that use it need in their environment. */
  readonly variables: Readonly<Record<string, string>>;
  /** What was chosen, in a few words. */
  readonly what: string;
  /** Settles with a sentence when a server of ours ended without being asked; never for somebody else's. */
  readonly failed: Promise<string>;
  /** Ends a server of ours; leaves somebody else's alone. */
  stop(): Promise<void>;
}

/** One way to have a server. */
export interface Way {
  readonly label: string;
  /** Anything thrown is the reason why this way is not the one. */
  attempt(): Promise<RunningServer>;
}

export interface Wanted {
  readonly title: string;
  readonly ways: readonly Way[];
  /** What a person can do when no way worked; each a whole sentence. */
  readonly help: readonly string[];
}

/**
 * An address was asked for by name and cannot be used. Looking further would run the work on another server than the
 * one that was meant.
 */
export class AddressUnusable extends Fault {
  override readonly name = 'AddressUnusable';

  constructor(variable: string, url: string, problem: string) {
    super('ADDRESS_UNUSABLE', `${variable} is ${withoutPassword(url)}, but ${problem}`, { variable });
  }
}

/** No way worked. The message says what was tried, why each failed, and what would help. */
class ServerUnavailable extends Fault {
  override readonly name = 'ServerUnavailable';

  constructor(wanted: Wanted, tried: readonly string[]) {
    const lines = [
      `${wanted.title} could not be had. Tried, in this order:`,
      ...tried.map((line, index) => `  ${String(index + 1)}. ${line}`),
      'What would help (one of):',
      ...wanted.help.map(line => `  - ${line}`),
    ];
    super('SERVER_UNAVAILABLE', lines.join('\n'), { server: wanted.title });
  }
}

/**
 * Takes the first way that works and says which and why, in one line.
 * @throws AddressUnusable when an address from the environment does not answer as it should
 * @throws ServerUnavailable when no way worked
 */
export const obtainServer = async (launch: Launch, wanted: Wanted): Promise<RunningServer> => {
  const tried: string[] = [];
  for (const way of wanted.ways) {
    try {
      const server = await way.attempt();
      const why = tried.length === 0 ? '' : ` (${tried.map(firstLine).join('; ')})`;
      launch.say(`${wanted.title}: ${server.what}, at ${withoutPassword(server.url)}${why}`);
      return server;
    } catch (error) {
      if (error instanceof AddressUnusable) throw error;
      if (launch.signal.aborted) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      tried.push(`${way.label}: ${reason}`);
    }
  }
  throw new ServerUnavailable(wanted, tried);
};

const firstLine = (text: string): string => text.split('\n', 1).join('');

/** Addresses are printed; what stands before the `@` is not. */
const withoutPassword = (url: string): string => url.replaceAll(/\/\/[^/@]*@/g, '//');
