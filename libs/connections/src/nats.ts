import { readFile } from 'node:fs/promises';
import type { PlatformConfiguration } from '@drawdown/config';
import { Fault } from '@drawdown/errors';
import { ServerClock, type StreamKey, type verifyStreams } from '@drawdown/eventlog';
import type { JetStreamManager } from '@nats-io/jetstream';
import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';

const NATS_CONNECT_MS = 5_000;

/**
 * Connects one service to NATS. A server that is gone for a while is waited for: partitions keep what they hold and go on where they were.
 * @param name how the server lists the connection
 */
export const connectNats = async (
  { natsUrl, natsCredentialsFile }: Pick<PlatformConfiguration, 'natsUrl' | 'natsCredentialsFile'>,
  name: string,
): Promise<NatsConnection> => {
  const credentials = natsCredentialsFile === undefined ? undefined : await readFile(natsCredentialsFile);
  return connect({
    servers: natsUrl.split(','),
    name,
    timeout: NATS_CONNECT_MS,
    maxReconnectAttempts: -1,
    // A trace for each request, in case it fails, costs more than the request.
    noAsyncTraces: true,
    ...(credentials === undefined ? {} : { authenticator: credsAuthenticator(credentials) }),
  });
};

/** What a service demands of the streams it uses (design §4.13). */
export const verificationOf = (
  configuration: PlatformConfiguration,
  streams: readonly StreamKey[],
): Parameters<typeof verifyStreams>[1] => ({
  prefix: configuration.prefix,
  replicas: configuration.replicas === 3 ? 3 : 1,
  leaseTtlMs: configuration.leaseTtlMs,
  streams,
  ...(configuration.requireSync === 'always' ? { requireSync: 'always' } : {}),
  ...(configuration.natsMonitoringUrl === undefined ? {} : { monitoringUrls: [configuration.natsMonitoringUrl] }),
});

/**
 * The server's clock, with a first sample, so that it is good before anything is stamped; from then on the lease renewals feed it
 * (design §3.16).
 * @throws Fault `CLOCK_UNCERTAIN`
 */
export const openClock = async (manager: JetStreamManager, streamName: string): Promise<ServerClock> => {
  const clock = new ServerClock(() => performance.now());
  const sentAtMs = performance.now();
  const { ts } = await manager.streams.info(streamName);
  if (ts === undefined) throw new Fault('CLOCK_UNCERTAIN', 'the server does not tell its time');
  clock.observe({ serverTimeMs: Date.parse(ts), sentAtMs, receivedAtMs: performance.now() });
  return clock;
};
