import {
  JetStreamApiCodes,
  JetStreamApiError,
  jetstreamManager,
  type JetStreamManager,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { ulid } from 'ulid';
import { checkServerVersion } from './server.js';
import { StreamNotAsDeclared } from './errors.js';
import { INCARNATION_KEY, wantedConfigs, type DeploymentOptions, type WantedConfig } from './stream-config.js';
import { differences } from './stream-differences.js';
import { verifyStreams, type Incarnations } from './verify.js';

const STREAM_NAME_IN_USE = 10058;

/**
 * Makes the streams and buckets as the table says and changes those that differ; what is right already is left alone, with its
 * incarnation. May be run at any time, by any number of processes at once.
 * @throws Refusal `SERVER_TOO_OLD`; `STREAM_NOT_AS_DECLARED` where the server cannot change what differs
 */
export const provision = async (nats: NatsConnection, options: DeploymentOptions): Promise<Incarnations> => {
  checkServerVersion(nats.info?.version);
  const manager = await jetstreamManager(nats);
  for (const wanted of wantedConfigs(options)) await makeOrChange(manager, wanted);
  return verifyStreams(nats, options);
};

/** New incarnations for everything: after a restore the numbers of before mean nothing (design §3.17). */
export const renewIncarnations = async (nats: NatsConnection, options: DeploymentOptions): Promise<Incarnations> => {
  const manager = await jetstreamManager(nats);
  for (const { name } of wantedConfigs(options)) {
    const { config } = await manager.streams.info(name);
    await manager.streams.update(name, { ...config, metadata: { ...config.metadata, [INCARNATION_KEY]: ulid() } });
  }
  return verifyStreams(nats, options);
};

const makeOrChange = async (manager: JetStreamManager, wanted: WantedConfig): Promise<void> => {
  const present = (await find(manager, wanted.name)) ?? (await add(manager, wanted));
  const metadata = { ...present.config.metadata };
  metadata[INCARNATION_KEY] ??= ulid();
  const isNamed = metadata[INCARNATION_KEY] === present.config.metadata?.[INCARNATION_KEY];
  const [difference] = differences(wanted, present.config);
  if (isNamed && difference === undefined) return;
  try {
    const changed: Partial<StreamConfig> = { ...wanted, metadata };
    // The client merges the change into what is there: what should not be there has to be said.
    if (wanted.subject_transform === undefined) Object.assign(changed, { subject_transform: undefined });
    await manager.streams.update(wanted.name, changed);
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || difference === undefined) throw error;
    throw new StreamNotAsDeclared(wanted.name, difference.field, difference.declared, `${difference.found} (${error.message})`);
  }
};

const find = async (manager: JetStreamManager, name: string): Promise<StreamInfo | undefined> => {
  try {
    return await manager.streams.info(name);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return undefined;
    throw error;
  }
};

const add = async (manager: JetStreamManager, wanted: WantedConfig): Promise<StreamInfo> => {
  try {
    return await manager.streams.add({ ...wanted, metadata: { [INCARNATION_KEY]: ulid() } });
  } catch (error) {
    // Another process was quicker, with an incarnation of its own.
    if (error instanceof JetStreamApiError && error.code === STREAM_NAME_IN_USE) return manager.streams.info(wanted.name);
    throw error;
  }
};
