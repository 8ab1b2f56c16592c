import { Fault } from '@drawdown/errors';
import { basename } from 'node:path';
import type { Launch } from '../launch.js';
import { LIMITS } from '../limits.js';
import { startProcess, unexpectedEnd } from '../process/own-process.js';
import { findOnPath, runTool } from '../process/program.js';
import { freePorts } from './ports.js';
import type { RunningServer, Way } from './server.js';

export interface ComposeService {
  /** As in docker-compose.yml. */
  readonly name: 'nats' | 'mongodb' | 'redis';
  /** The variables by which docker-compose.yml takes the ports on the host. */
  readonly portVariables: readonly string[];
  /** The address and the variables for these ports, in the order of `portVariables`. */
  readonly address: (ports: readonly number[]) => Pick<RunningServer, 'url' | 'variables'>;
}

/** A Docker engine that answers: the service of docker-compose.yml, in a project of this launch, on free ports. */
export const fromDocker = (launch: Launch, service: ComposeService): Way => ({
  label: 'Docker',
  attempt: async () => {
    const docker = await findOnPath('docker', launch.environment['PATH']);
    if (docker === undefined) throw new Fault('NOT_FOUND', 'no docker command');
    await requireEngine(launch, docker);

    const ports = await freePorts(service.portVariables.length);
    const environment = Object.fromEntries(service.portVariables.map((variable, index) => [variable, String(ports[index])]));
    const project = `drawdown-${basename(launch.runFolder)}-${service.name}`;
    const compose = ['compose', '--project-name', project];
    const stop = async (): Promise<void> => {
      const down = [...compose, 'down', '--volumes', '--timeout', '5'];
      await runTool(launch, docker, down, { msMax: LIMITS.serverStopMsMax * 2, tearsDown: true });
    };
    launch.atEnd(`Docker project ${project}`, stop);
    const msMax = LIMITS.fetchMsMax;
    await runTool(launch, docker, [...compose, 'up', '--detach', '--wait', service.name], { msMax, environment });
    const container = (await runTool(launch, docker, [...compose, 'ps', '--quiet', service.name], { msMax })).trim();
    const watcher = startProcess(launch, {
      name: `container of ${service.name}`,
      file: docker,
      arguments: ['wait', container],
      output: { log: `${launch.runFolder}/${service.name}-container.log` },
    });
    return {
      ...service.address(ports),
      what: 'in a container of docker-compose.yml',
      failed: unexpectedEnd(watcher),
      stop,
    };
  },
});

const requireEngine = async (launch: Launch, docker: string): Promise<void> => {
  try {
    await runTool(launch, docker, ['version', '--format', '{{.Server.Version}}'], { msMax: LIMITS.answerMsMax });
  } catch (error) {
    throw new Fault('NO_ENGINE', 'no engine answers', {}, { cause: error });
  }
};
