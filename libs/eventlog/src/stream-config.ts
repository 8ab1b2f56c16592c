import { DiscardPolicy, RetentionPolicy, StorageType, type StreamConfig } from '@nats-io/jetstream';
import { STREAM_KEYS, bucketNames, streamTable, type StreamDeclaration, type StreamKey, type StreamTableOptions } from './streams.js';

/** A stream, or the stream under a bucket, as it is asked for and compared. */
export type WantedConfig = Partial<StreamConfig> & Pick<StreamConfig, 'name'>;

/** What a process needs of a deployment's streams. */
export interface DeploymentOptions extends StreamTableOptions {
  readonly prefix: string;
  /** @default all of the table. The buckets are always there. */
  readonly streams?: readonly StreamKey[];
  /** How long a lease lives without a renewal. @default LEASE_TTL_MS; shorter only where a test waits for it. */
  readonly leaseTtlMs?: number;
}

/** Metadata key of an incarnation: a ULID, new at provisioning and at every restore (design §3.17). */
export const INCARNATION_KEY = 'drawdown-incarnation';

const NANOS_PER_MS = 1_000_000;
/** How long a lease lives without a renewal, by the server's clock (design §3.9). */
export const LEASE_TTL_MS = 15_000;
const UNLIMITED = -1;

const common = {
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  max_msgs: UNLIMITED,
  max_msg_size: UNLIMITED,
  max_consumers: UNLIMITED,
  discard_new_per_subject: false,
  no_ack: false,
  sealed: false,
  allow_msg_schedules: false,
  allow_batched: false,
  allow_msg_counter: false,
  allow_direct: true,
} as const;

export const toStreamConfig = (declaration: StreamDeclaration): WantedConfig => ({
  ...common,
  name: declaration.name,
  subjects: [...declaration.subjects],
  ...(declaration.transform === undefined
    ? {}
    : { subject_transform: { src: declaration.transform.from, dest: declaration.transform.to } }),
  max_age: declaration.maxAgeMs * NANOS_PER_MS,
  max_bytes: declaration.maxBytes,
  max_msgs_per_subject: declaration.maxMessagesPerSubject,
  discard: declaration.discard === 'new' ? DiscardPolicy.New : DiscardPolicy.Old,
  deny_delete: declaration.denyDelete,
  deny_purge: declaration.denyPurge,
  allow_rollup_hdrs: declaration.allowRollup,
  allow_msg_ttl: declaration.allowMessageTtl,
  allow_atomic: declaration.allowAtomic,
  duplicate_window: declaration.duplicateWindowMs * NANOS_PER_MS,
  num_replicas: declaration.replicas,
});

/** The buckets of design §4.2 as the streams that they are on the server. */
export const toBucketConfigs = ({
  prefix,
  replicas = 1,
  leaseTtlMs = LEASE_TTL_MS,
}: DeploymentOptions): Readonly<Record<'leases' | 'registry', WantedConfig>> => {
  const names = bucketNames(prefix);
  const bucket = (name: string, ttlMs: number): WantedConfig => ({
    ...common,
    name: `KV_${name}`,
    subjects: [`$KV.${name}.>`],
    max_age: ttlMs * NANOS_PER_MS,
    max_bytes: UNLIMITED,
    max_msgs_per_subject: 1,
    discard: DiscardPolicy.New,
    deny_delete: true,
    deny_purge: false,
    allow_rollup_hdrs: true,
    allow_msg_ttl: false,
    allow_atomic: false,
    num_replicas: replicas,
  });
  return { leases: bucket(names.leases, leaseTtlMs), registry: bucket(names.registry, 0) };
};

/** Every stream and bucket that the deployment, or the part that is asked for, has on the server. */
export const wantedConfigs = (options: DeploymentOptions): readonly WantedConfig[] => {
  const table = streamTable(options.prefix, options);
  const streams = (options.streams ?? STREAM_KEYS).map(key => toStreamConfig(table[key]));
  return [...streams, ...Object.values(toBucketConfigs(options))];
};

/** Names on the server, the streams under the buckets included. */
export const wantedStreamNames = (options: DeploymentOptions): readonly string[] => wantedConfigs(options).map(config => config.name);
