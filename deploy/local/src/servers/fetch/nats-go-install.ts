import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '@drawdown/errors';
import type { Launch } from '../../launch.js';
import { LIMITS } from '../../limits.js';
import { findOnPath, runTool } from '../../process/program.js';

/** Pinned; the same by either way. */
export const NATS_VERSION = '2.15.2';

/** Compiles nats-server from its module, whose checksum Go verifies. About 30 s when nothing is cached. */
export const goInstallNats = async (launch: Launch): Promise<string> => {
  const go = await findOnPath('go', launch.environment['PATH']);
  if (go === undefined) throw new Fault('NOT_FOUND', 'no Go toolchain');
  await mkdir(launch.workspace.bin, { recursive: true });
  launch.say(`NATS: compiling nats-server ${NATS_VERSION} (about half a minute) …`);
  await runTool(launch, go, ['install', `github.com/nats-io/nats-server/v2@v${NATS_VERSION}`], {
    msMax: LIMITS.fetchMsMax,
    environment: { GOBIN: launch.workspace.bin },
  });
  return join(launch.workspace.bin, 'nats-server');
};
