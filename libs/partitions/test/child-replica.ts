import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { SHORT_LEASES, natsUrl } from './deployment.js';
import { eventually } from './eventually.js';
import type { ReplicaReport } from './replica-process.js';

const START_MS_MAX = 30_000;

/** A replica in a process of its own, so that it can be stopped, continued and killed. */
export class ChildReplica {
  readonly reports: ReplicaReport[] = [];
  readonly exited: Promise<number | null>;
  private errors = '';

  private constructor(
    readonly name: string,
    private readonly child: ChildProcessWithoutNullStreams,
  ) {
    createInterface({ input: child.stdout }).on('line', line => this.reports.push(JSON.parse(line) as ReplicaReport));
    child.stderr.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    this.exited = new Promise(resolve => child.once('exit', resolve));
  }

  static start(prefix: string, name: string): ChildReplica {
    const hooks = new URL('./typescript-hooks.mjs', import.meta.url);
    const program = new URL('./replica-process.ts', import.meta.url);
    const given = [natsUrl(), prefix, name, JSON.stringify(SHORT_LEASES)];
    // The environment of jest (its module flags) is not the child's.
    const env = { ...process.env, NODE_OPTIONS: '' };
    const flags = ['--conditions=drawdown:source', '--import', hooks.href];
    return new ChildReplica(name, spawn(process.execPath, [...flags, program.pathname, ...given], { env }));
  }

  /** Partitions it took and has not given up, by its own account. */
  get load(): number {
    const owned = new Set<number>();
    for (const report of this.reports) {
      if (report.type === 'owns') owned.add(report.partition);
      if (report.type === 'gives') owned.delete(report.partition);
    }
    return owned.size;
  }

  async loaded(count: number): Promise<void> {
    await eventually(`${this.name} owns ${count}`, () => this.failIfGone() && this.load === count, START_MS_MAX);
  }

  async report<T extends ReplicaReport['type']>(type: T): Promise<Extract<ReplicaReport, { type: T }>> {
    const find = (): ReplicaReport | undefined => this.reports.find(report => report.type === type);
    await eventually(`${this.name} reports ${type}`, () => this.failIfGone() && find() !== undefined);
    return find() as Extract<ReplicaReport, { type: T }>;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  goOn(): void {
    this.child.stdin.write('go\n');
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
  }

  private failIfGone(): boolean {
    if (this.child.exitCode !== null) throw new Error(`${this.name} ended with ${this.child.exitCode}: ${this.errors}`);
    return true;
  }
}
