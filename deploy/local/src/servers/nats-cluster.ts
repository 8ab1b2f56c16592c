import { Fault } from '@drawdown/errors';
import type { Launch } from '../launch.js';
import { LIMITS } from '../limits.js';
import { unexpectedEnd } from '../process/own-process.js';
import type { Program } from '../process/program.js';
import { untilReady } from '../process/readiness.js';
import { natsServer, probeNats, programWays, startNatsProcess } from './nats.js';
import { onFreePorts } from './ports.js';
import { obtainServer } from './server.js';
import type { RunningServer, Wanted } from './server.js';
import { describeProgram, fromEnvironment } from './ways.js';

/**
 * Servers in one cluster, for the contract tests: a replicated stream answers differently (design §4.5).
 * Always processes, never containers: those would tell clients addresses that only containers can reach.
 */
export const startNatsCluster = (launch: Launch, size: number): Promise<RunningServer> => obtainServer(launch, natsCluster(launch, size));

const natsCluster = (launch: Launch, size: number): Wanted => ({
  title: `NATS cluster of ${String(size)}`,
  ways: [
    fromEnvironment(launch, 'DRAWDOWN_NATS_CLUSTER_URL', probeNats),
    ...programWays(launch, (program, origin) => startCluster(launch, program, origin, size)),
  ],
  help: natsServer(launch).help,
});

const startCluster = (launch: Launch, program: Program, origin: string, size: number): Promise<RunningServer> =>
  onFreePorts(3 * size, async ports => {
    const route = (index: number): string => `nats://127.0.0.1:${String(ports[3 * index + 2])}`;
    const indexes = Array.from({ length: size }, (_, index) => index);
    const routes = indexes.map(route).join(',');
    const servers = await Promise.all(
      indexes.map(index =>
        startNatsProcess(launch, program, {
          name: `nats-${String(index + 1)}`,
          client: ports[3 * index],
          monitoring: ports[3 * index + 1],
          more: ['--cluster_name', 'drawdown-local', '--cluster', route(index), '--routes', routes],
        }),
      ),
    );
    for (const [index, server] of servers.entries()) {
      await untilReady(server, () => probeLeader(`http://127.0.0.1:${String(ports[3 * index + 1])}`, size));
    }
    const url = indexes.map(index => `nats://127.0.0.1:${String(ports[3 * index])}`).join(',');
    return {
      url,
      variables: { DRAWDOWN_NATS_CLUSTER_URL: url },
      what: describeProgram('nats-server', program, origin),
      failed: Promise.race(servers.map(unexpectedEnd)),
      stop: async () => {
        await Promise.all(servers.map(server => server.stop()));
      },
    };
  });

/** Streams can be made only once the members have found each other and chosen a leader. */
const probeLeader = async (monitoringUrl: string, size: number): Promise<void> => {
  const answer = await fetch(`${monitoringUrl}/jsz`, { signal: AbortSignal.timeout(LIMITS.probeMsMax) });
  const { meta_cluster: meta } = (await answer.json()) as { meta_cluster?: { leader?: string; cluster_size?: number } };
  if (meta?.cluster_size !== size || !meta.leader) throw new Fault('NOT_READY', 'the cluster has no leader yet');
};
