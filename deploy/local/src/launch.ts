import { Fault } from '@drawdown/errors';
import type { Workspace } from './workspace.js';

export interface LaunchOptions {
  readonly workspace: Workspace;
  /** The folder of this launch alone. */
  readonly runFolder: string;
  /** What is looked at for addresses and `PATH`, and handed to what is started. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
}

interface Ending {
  readonly what: string;
  readonly end: () => Promise<void>;
}

/**
 * One run of the launcher: what it was given, and what has to be ended with it.
 * Whatever starts something registers its end here; `end` runs them in reverse, each whatever became of the others.
 */
export class Launch {
  readonly workspace: Workspace;
  readonly runFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
  readonly #endings: Ending[] = [];
  readonly #ended = new AbortController();
  #end: Promise<void> | undefined;

  constructor(options: LaunchOptions) {
    this.workspace = options.workspace;
    this.runFolder = options.runFolder;
    this.environment = options.environment;
    this.say = options.say;
  }

  /** Aborted as soon as the launch begins to end: downloads and waits give up. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Throws once the launch has begun to end, so that nothing is started that nobody would stop. */
  requireOpen(what: string): void {
    if (this.signal.aborted) throw new Fault('LAUNCH_ENDED', `${what} was not started: the launch is ending`);
  }

  atEnd(what: string, end: () => Promise<void>): void {
    this.#endings.push({ what, end });
  }

  /** Ends everything, once; every caller waits for the same end. */
  end(): Promise<void> {
    this.#ended.abort();
    this.#end ??= this.#endAll();
    return this.#end;
  }

  async #endAll(): Promise<void> {
    for (let ending = this.#endings.pop(); ending !== undefined; ending = this.#endings.pop()) {
      try {
        await ending.end();
      } catch (error) {
        this.say(`${ending.what} could not be ended: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}
