import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { eventually } from './eventually.js';

/** For a failing test: the last words of the process. */
const KEPT_LINES_MAX = 200;
const START_MS_MAX = 60_000;
const SHOWN_LINES_MAX = 20;

/** One entry of the service's log. */
export interface LogEntry {
  readonly level?: string;
  readonly message?: string;
  readonly [field: string]: unknown;
}

const living = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/** A replica of the service in a process of its own, run from the build as in production, so that it can be killed, paused and drained. */
export class ServiceProcess {
  readonly log: LogEntry[] = [];
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  #errors = '';

  private constructor(
    program: string,
    readonly name: string,
    environment: Readonly<Record<string, string>>,
  ) {
    if (!existsSync(program)) throw new Error('the service is not built: run "npm run build", or the tests through "npm test"');
    // The environment of jest (its module flags) is not the service's.
    const env = { ...process.env, NODE_OPTIONS: '', ...environment };
    this.#child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) throw new Error('the process has no outputs');
    createInterface({ input: stdout }).on('line', line => this.#note(line));
    stderr.on('data', (chunk: Buffer) => (this.#errors = (this.#errors + chunk.toString()).slice(-10_000)));
    living.add(this.#child);
    this.exited = new Promise(resolve => {
      this.#child.once('exit', code => {
        living.delete(this.#child);
        resolve(code);
      });
    });
  }

  /**
   * Returns at once, so that it may be killed before it serves.
   * @param program what `npm start` runs; `npm test` builds it before it runs any test
   */
  static spawn(program: string, name: string, environment: Readonly<Record<string, string>>): ServiceProcess {
    return new ServiceProcess(program, name, environment);
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Where it answers gRPC; known once it serves. */
  get address(): string {
    const port = this.#port;
    if (port === undefined) throw new Error(`${this.name} does not serve yet`);
    return `127.0.0.1:${port}`;
  }

  async serving(): Promise<void> {
    let gone = false;
    await eventually(
      `${this.name} serves`,
      () => {
        gone = !this.isRunning;
        return gone || this.#port !== undefined ? true : undefined;
      },
      START_MS_MAX,
    );
    if (gone) throw new Error(`${this.name} ended before it served: ${this.lastWords()}`);
  }

  /** `kill -9`: without a word to anybody. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  /** Stops it in the middle of whatever it does, as a machine that swaps or a long collection of garbage would. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  wake(): void {
    this.#child.kill('SIGCONT');
  }

  /** SIGTERM and the orderly way out. @returns the exit code */
  async drain(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.exited;
  }

  /** What it said last, for the message of a failing test. */
  lastWords(): string {
    return [...this.log.slice(-SHOWN_LINES_MAX).map(entry => JSON.stringify(entry)), this.#errors].join('\n');
  }

  get #port(): number | undefined {
    const port = this.log.find(({ message }) => message === 'serving')?.['port'];
    return typeof port === 'number' ? port : undefined;
  }

  #note(line: string): void {
    if (!line.startsWith('{')) {
      this.#errors += `${line}\n`;
      return;
    }
    this.log.push(JSON.parse(line) as LogEntry);
    // The first entries hold the port.
    if (this.log.length > KEPT_LINES_MAX) this.log.splice(KEPT_LINES_MAX / 2, 1);
  }
}
