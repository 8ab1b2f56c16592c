import { Fault, Refusal } from '@drawdown/errors';
import { ServerTooOld } from './errors.js';

/** From here on expectations on subjects, message TTLs, transforms and batches mean what this package needs. */
export const SERVER_VERSION_MIN = '2.12.0';

const MONITORING_TIMEOUT_MS = 5_000;

/** @throws Refusal `SERVER_TOO_OLD`, also for a version that cannot be read */
export const checkServerVersion = (version: string | undefined): void => {
  if (version === undefined || compareVersions(version, SERVER_VERSION_MIN) < 0) {
    throw new ServerTooOld(version ?? 'unknown', SERVER_VERSION_MIN);
  }
};

const compareVersions = (left: string, right: string): number => {
  const parts = (version: string): number[] => (/^v?(\d+)\.(\d+)\.(\d+)/.exec(version) ?? [0, 0, 0, 0]).slice(1).map(Number);
  const [leftParts, rightParts] = [parts(left), parts(right)];
  const index = leftParts.findIndex((part, at) => part !== rightParts[at]);
  return index === -1 ? 0 : (leftParts[index] ?? 0) - (rightParts[index] ?? 0);
};

/**
 * Requires of every server that it syncs each write before it acknowledges (`sync_interval: always`, design §4.13), as its monitoring
 * address says: a JetStream API for it does not exist.
 * @param monitoringUrls one address for each server of the cluster, as `http://host:8222`
 * @throws Refusal `SYNC_NOT_ALWAYS`; Fault `MONITORING_UNAVAILABLE`
 */
export const verifySyncAlways = async (monitoringUrls: readonly string[]): Promise<void> => {
  if (monitoringUrls.length === 0) {
    throw new Refusal('SYNC_NOT_ALWAYS', 'sync is required, and there is no monitoring address to read it from', { found: 'no address' });
  }
  for (const url of monitoringUrls) {
    const config = await readJetStreamConfig(url);
    if (config.sync_always !== true) {
      const found = config.sync_interval === undefined ? 'unknown' : `every ${Number(config.sync_interval) / 1e9} s`;
      throw new Refusal('SYNC_NOT_ALWAYS', `the server at ${url} syncs ${found}, not always`, { url, declared: 'always', found });
    }
  }
};

const readJetStreamConfig = async (url: string): Promise<{ sync_always?: unknown; sync_interval?: unknown }> => {
  try {
    const response = await fetch(new URL('/jsz', url), { signal: AbortSignal.timeout(MONITORING_TIMEOUT_MS) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const body = (await response.json()) as { config?: { sync_always?: unknown; sync_interval?: unknown } };
    return body.config ?? {};
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new Fault('MONITORING_UNAVAILABLE', `the monitoring address ${url} did not answer: ${detail}`, { url }, { cause: error });
  }
};
