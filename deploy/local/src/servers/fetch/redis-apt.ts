import { Fault } from '@drawdown/errors';
import type { Launch } from '../../launch.js';
import { LIMITS } from '../../limits.js';
import { findOnPath, runTool } from '../../process/program.js';

/**
 * Installs Redis with the system's package manager. Only as root: the launcher asks nobody for a password.
 * The service that Debian starts with the package is stopped again; the launcher runs servers of its own.
 */
export const aptInstallRedis = async (launch: Launch, userId = process.getuid?.()): Promise<string> => {
  const path = launch.environment['PATH'];
  const apt = await findOnPath('apt-get', path);
  if (apt === undefined) throw new Fault('NOT_FOUND', 'no apt-get');
  if (userId !== 0) throw new Fault('NOT_ROOT', 'needs root');
  const options = { msMax: LIMITS.fetchMsMax, environment: { DEBIAN_FRONTEND: 'noninteractive' } };
  const install = (): Promise<string> => runTool(launch, apt, ['install', '--yes', '--no-install-recommends', 'redis-server'], options);

  launch.say('Redis: installing redis-server with apt-get …');
  try {
    await install();
  } catch {
    // An image without package lists, or with old ones.
    await runTool(launch, apt, ['update'], options);
    await install();
  }
  await stopDebianService(launch);
  const file = await findOnPath('redis-server', path);
  if (file === undefined) throw new Fault('NOT_FOUND', 'apt-get brought no redis-server');
  return file;
};

/** Where there is no `service` command, there was nothing to start one either; where none was started, it fails. */
const stopDebianService = async (launch: Launch): Promise<void> => {
  const service = await findOnPath('service', launch.environment['PATH']);
  if (service === undefined) return;
  try {
    await runTool(launch, service, ['redis-server', 'stop'], { msMax: LIMITS.serverStopMsMax });
  } catch (error) {
    launch.say(`Redis: the system's own service was not stopped: ${error instanceof Error ? error.message : ''}`);
  }
};
