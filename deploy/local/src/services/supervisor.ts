import { join } from 'node:path';
import type { Launch } from '../launch.js';
import { LIMITS } from '../limits.js';
import { startProcess, unexpectedEnd } from '../process/own-process.js';
import { untilReady } from '../process/readiness.js';

/** Answers and batches of events are garbage at once; with Node's 16 MB for such things the collector takes a quarter of a check's time. */
const YOUNG_GENERATION_MB = 64;

/** One process of one of our services. */
export interface ServiceOptions {
  /** As in `services/<name>`. */
  readonly name: string;
  /** Counted from 1; part of the log's name. */
  readonly replica: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Throws until the service may be used. */
  readonly ready: () => Promise<void>;
  /** From SIGTERM to SIGKILL: the drain time of the service and a little more. */
  readonly stopMsMax: number;
}

export interface RunningService {
  readonly name: string;
  readonly pid: number;
  readonly log: string;
  /** Settles with a sentence when the service ended without being asked. */
  readonly failed: Promise<string>;
  /** SIGTERM, so that it drains; SIGKILL after `stopMsMax`. */
  stop(): Promise<void>;
}

/**
 * Starts a built service with this Node and waits until it is ready.
 * @throws Fault `NOT_READY` with the end of its log
 */
export const startService = async (launch: Launch, options: ServiceOptions): Promise<RunningService> => {
  const name = `${options.name}-${String(options.replica)}`;
  const log = join(launch.runFolder, `${name}.log`);
  const main = join(launch.workspace.root, 'services', options.name, 'dist', options.name, 'src', 'main.js');
  const service = startProcess(launch, {
    name,
    file: process.execPath,
    arguments: ['--enable-source-maps', `--max-semi-space-size=${String(YOUNG_GENERATION_MB)}`, main],
    environment: options.environment,
    output: { log },
    stopMsMax: options.stopMsMax,
  });
  await untilReady(service, options.ready, LIMITS.serviceReadyMsMax);
  return { name, pid: service.pid, log, failed: unexpectedEnd(service), stop: () => service.stop() };
};
