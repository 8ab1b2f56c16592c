import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '@drawdown/errors';
import type { Launch } from '../../launch.js';
import { LIMITS } from '../../limits.js';
import { runTool } from '../../process/program.js';
import { NATS_VERSION } from './nats-go-install.js';

const RELEASES_URL = 'https://github.com/nats-io/nats-server/releases/download';

/**
 * Fetches the official release archive into `.drawdown/bin`.
 *
 * It is checked against the `SHA256SUMS` that the release publishes beside it: that finds a damaged or mixed-up
 * archive, but trusts the site. The project's own pin of the sums is missing because they could not be read where
 * this was written; `go install`, the next way, does not have this weakness.
 */
export const downloadNats = async (launch: Launch, releasesUrl = RELEASES_URL): Promise<string> => {
  const name = archiveName(process.platform, process.arch);
  const release = `${releasesUrl}/v${NATS_VERSION}`;
  const sums = await fetchText(`${release}/SHA256SUMS`);
  const expected = sumOf(sums, `${name}.tar.gz`);
  launch.say(`NATS: fetching nats-server ${NATS_VERSION} …`);
  const archive = await fetchBytes(launch, `${release}/${name}.tar.gz`);
  const actual = createHash('sha256').update(archive).digest('hex');
  if (actual !== expected) {
    throw new Fault('CHECKSUM_MISMATCH', `${name}.tar.gz has SHA-256 ${actual}, the release says ${expected}`);
  }

  await mkdir(launch.workspace.bin, { recursive: true });
  const folder = await mkdtemp(join(launch.workspace.bin, 'nats-'));
  try {
    await writeFile(join(folder, 'archive.tar.gz'), archive);
    await runTool(launch, 'tar', ['-xzf', join(folder, 'archive.tar.gz'), '-C', folder], { msMax: LIMITS.fetchMsMax });
    const program = join(launch.workspace.bin, 'nats-server');
    // Moved into place whole, so that a launch beside this one never sees half a program.
    await rename(join(folder, name, 'nats-server'), program);
    return program;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

export const archiveName = (platform: string, architecture: string): string => {
  if (platform !== 'linux' && platform !== 'darwin') throw new Fault('NO_ARCHIVE', `no archive for ${platform}`);
  const suffix = { x64: 'amd64', arm64: 'arm64' }[architecture];
  if (suffix === undefined) throw new Fault('NO_ARCHIVE', `no archive for ${architecture}`);
  return `nats-server-v${NATS_VERSION}-${platform}-${suffix}`;
};

const sumOf = (sums: string, file: string): string => {
  for (const line of sums.split('\n')) {
    const [sum, name] = line.trim().split(/\s+\*?/);
    if (name === file && sum !== undefined) return sum;
  }
  throw new Fault('NO_CHECKSUM', `the release publishes no SHA-256 of ${file}`);
};

const fetchText = async (url: string): Promise<string> => {
  const answer = await requireOk(url, AbortSignal.timeout(LIMITS.answerMsMax));
  return answer.text();
};

const fetchBytes = async (launch: Launch, url: string): Promise<Buffer> => {
  const signal = AbortSignal.any([launch.signal, AbortSignal.timeout(LIMITS.fetchMsMax)]);
  const answer = await requireOk(url, signal);
  return Buffer.from(await answer.arrayBuffer());
};

const requireOk = async (url: string, signal: AbortSignal): Promise<Response> => {
  const host = new URL(url).host;
  const answer = await fetch(url, { signal }).catch((error: unknown) => {
    throw new Fault('NO_ANSWER', `${host} does not answer`, {}, { cause: error });
  });
  if (!answer.ok) throw new Fault('NO_ANSWER', `${host} answers ${String(answer.status)}`);
  return answer;
};
