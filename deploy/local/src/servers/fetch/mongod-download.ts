import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { MongoBinary } from 'mongodb-memory-server-core';
import { Fault } from '@drawdown/errors';
import type { Launch } from '../../launch.js';
import { LIMITS } from '../../limits.js';

const DOWNLOAD_URL = 'https://fastdl.mongodb.org';

/**
 * Fetches the real mongod, in the version that the pinned mongodb-memory-server-core chooses for this system, into
 * `.drawdown/bin`; the library verifies its checksum. The library waits long for a site that cannot be reached, so it
 * is asked only when the site answers.
 */
export const downloadMongod = async (launch: Launch): Promise<string> => {
  const site = launch.environment['MONGOMS_DOWNLOAD_MIRROR'] ?? DOWNLOAD_URL;
  await fetch(site, { method: 'HEAD', signal: AbortSignal.timeout(LIMITS.answerMsMax) }).catch((error: unknown) => {
    throw new Fault('NO_ANSWER', `${new URL(site).host} does not answer`, {}, { cause: error });
  });

  await mkdir(launch.workspace.bin, { recursive: true });
  const folder = await mkdtemp(join(launch.workspace.bin, 'mongod-'));
  try {
    launch.say('MongoDB: fetching mongod …');
    // Without this the library accepts any certificate, for a program that is then run.
    process.env['npm_config_strict_ssl'] = 'true';
    const late = pause(LIMITS.fetchMsMax, undefined, { signal: launch.signal, ref: false }).then(() => {
      throw new Fault('TOO_SLOW', `the download took longer than ${String(LIMITS.fetchMsMax)} ms`);
    });
    const downloaded = await Promise.race([MongoBinary.getPath({ downloadDir: folder, checkMD5: true }), late]);
    await copyFile(downloaded, join(folder, 'mongod.whole'));
    const program = join(launch.workspace.bin, 'mongod');
    await rename(join(folder, 'mongod.whole'), program);
    return program;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
