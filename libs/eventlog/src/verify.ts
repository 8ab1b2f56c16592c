import { JetStreamApiCodes, JetStreamApiError, jetstreamManager, type JetStreamManager, type StreamInfo } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { isValid as isUlid } from 'ulid';
import { StreamNotAsDeclared } from './errors.js';
import { checkServerVersion, verifySyncAlways } from './server.js';
import { INCARNATION_KEY, toBucketConfigs, toStreamConfig, type DeploymentOptions, type WantedConfig } from './stream-config.js';
import { differences } from './stream-differences.js';
import { STREAM_KEYS, streamTable, type StreamKey } from './streams.js';

/** The incarnation of everything that was verified, as ULIDs (design §3.17). */
export interface Incarnations {
  readonly streams: Readonly<Partial<Record<StreamKey, string>>>;
  readonly leases: string;
  readonly registry: string;
}

export interface VerifyOptions extends DeploymentOptions {
  /** `DRAWDOWN_REQUIRE_SYNC=always`: every server must sync each write; needs `monitoringUrls`. */
  readonly requireSync?: 'always';
  readonly monitoringUrls?: readonly string[];
}

/**
 * What every service does before it serves: reads streams and buckets back and compares them with the table (design §4.13).
 * @throws Refusal `SERVER_TOO_OLD`, `STREAM_NOT_AS_DECLARED` (metadata: stream, field, declared, found), `SYNC_NOT_ALWAYS`
 */
export const verifyStreams = async (nats: NatsConnection, options: VerifyOptions): Promise<Incarnations> => {
  checkServerVersion(nats.info?.version);
  if (options.requireSync === 'always') await verifySyncAlways(options.monitoringUrls ?? []);
  const manager = await jetstreamManager(nats);
  const table = streamTable(options.prefix, options);
  const buckets = toBucketConfigs(options);
  const streams: Partial<Record<StreamKey, string>> = {};
  for (const key of options.streams ?? STREAM_KEYS) streams[key] = await verifyOne(manager, toStreamConfig(table[key]));
  return { streams, leases: await verifyOne(manager, buckets.leases), registry: await verifyOne(manager, buckets.registry) };
};

const verifyOne = async (manager: JetStreamManager, wanted: WantedConfig): Promise<string> => {
  const { config } = await requireStream(manager, wanted.name);
  const [difference] = differences(wanted, config);
  if (difference !== undefined) throw new StreamNotAsDeclared(wanted.name, difference.field, difference.declared, difference.found);
  const incarnation = config.metadata?.[INCARNATION_KEY];
  if (incarnation === undefined || !isUlid(incarnation)) {
    throw new StreamNotAsDeclared(wanted.name, `metadata.${INCARNATION_KEY}`, 'a ULID', incarnation ?? 'absent');
  }
  return incarnation;
};

const requireStream = async (manager: JetStreamManager, name: string): Promise<StreamInfo> => {
  try {
    return await manager.streams.info(name);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound)
      throw new StreamNotAsDeclared(name, 'name', JSON.stringify(name), 'absent');
    throw error;
  }
};
