import { address, integer, integerAmong, name, oneOf, path, port, text } from './kinds.js';
import { Setting } from './setting.js';

/** What every service needs; a service extends it with settings of its own. */
export class PlatformConfiguration {
  @Setting({
    variable: 'DRAWDOWN_ENVIRONMENT',
    kind: oneOf('production', 'development'),
    default: 'production',
    meaning: 'Where the process runs; only `development` answers gRPC reflection.',
  })
  readonly environment!: 'production' | 'development';

  @Setting({
    variable: 'DRAWDOWN_NATS_URL',
    kind: address('nats', 'tls'),
    meaning: 'NATS server with JetStream: the event log, the only source of truth.',
  })
  readonly natsUrl!: string;

  @Setting({
    variable: 'DRAWDOWN_NATS_CREDENTIALS_FILE',
    kind: path,
    optional: true,
    meaning: 'Credentials file for the NATS connection.',
  })
  readonly natsCredentialsFile: string | undefined;

  @Setting({
    variable: 'DRAWDOWN_NATS_MONITORING_URL',
    kind: address('http', 'https'),
    optional: true,
    meaning: 'Monitoring address of the NATS server; read when `DRAWDOWN_REQUIRE_SYNC` asks for it.',
  })
  readonly natsMonitoringUrl: string | undefined;

  @Setting({
    variable: 'DRAWDOWN_REQUIRE_SYNC',
    kind: oneOf('always', 'any'),
    default: 'any',
    meaning: 'With `always` the service refuses to serve unless NATS flushes every write to disk.',
    caution: '`any` loses acknowledged events when a single machine loses power.',
  })
  readonly requireSync!: 'always' | 'any';

  @Setting({
    variable: 'DRAWDOWN_PREFIX',
    kind: name,
    default: 'drawdown',
    meaning: 'Prefix of all streams, subjects and buckets; deployments that share a NATS server need different ones.',
  })
  readonly prefix!: string;

  @Setting({
    variable: 'DRAWDOWN_REPLICAS',
    kind: integerAmong(1, 3),
    default: '1',
    meaning: 'Replicas of every stream.',
    caution: 'Production needs 3.',
  })
  readonly replicas!: number;

  @Setting({
    variable: 'DRAWDOWN_REPLICA',
    kind: name,
    optional: true,
    meaning: 'Name of this replica, unique among those that run at once, such as a pod’s name; unset: made of host name and process id.',
  })
  readonly replica: string | undefined;

  @Setting({
    variable: 'DRAWDOWN_LEASE_TTL_MS',
    kind: integer(1_000, 60_000),
    default: '15000',
    meaning: 'How long a partition’s lease lives without a renewal, in milliseconds; the lease bucket was provisioned with the same.',
  })
  readonly leaseTtlMs!: number;

  @Setting({
    variable: 'DRAWDOWN_MONGODB_URL',
    kind: address('mongodb', 'mongodb+srv'),
    secret: true,
    meaning: 'MongoDB for the read models; it may hold a password.',
  })
  readonly mongodbUrl!: string;

  @Setting({
    variable: 'DRAWDOWN_MONGODB_DATABASE',
    kind: name,
    default: 'drawdown',
    meaning: 'Database of the read models.',
  })
  readonly mongodbDatabase!: string;

  @Setting({
    variable: 'DRAWDOWN_GRPC_HOST',
    kind: text,
    default: '0.0.0.0',
    meaning: 'Address the gRPC server listens on.',
  })
  readonly grpcHost!: string;

  @Setting({ variable: 'DRAWDOWN_GRPC_PORT', kind: port, default: '50051', meaning: 'Port of the gRPC server; 0 takes a free one.' })
  readonly grpcPort!: number;

  @Setting({
    variable: 'DRAWDOWN_JWKS_FILE',
    kind: path,
    meaning: 'JSON Web Key Set with the public keys of the identity provider; tokens signed by others are refused.',
  })
  readonly jwksFile!: string;

  @Setting({
    variable: 'DRAWDOWN_TOKEN_AUDIENCE',
    kind: text,
    default: 'drawdown',
    meaning: 'The `aud` that tokens must have.',
  })
  readonly tokenAudience!: string;

  @Setting({
    variable: 'DRAWDOWN_METRICS_PORT',
    kind: port,
    optional: true,
    meaning: 'Port of the Prometheus endpoint `/metrics`; unset: no endpoint.',
  })
  readonly metricsPort: number | undefined;

  @Setting({
    variable: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    kind: address('http', 'https'),
    optional: true,
    meaning: 'OpenTelemetry collector for traces; unset: no spans are made. The other `OTEL_*` variables apply too.',
  })
  readonly otlpEndpoint: string | undefined;

  @Setting({
    variable: 'DRAWDOWN_LOG_LEVEL',
    kind: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace'),
    default: 'info',
    meaning: 'Least level that is logged.',
  })
  readonly logLevel!: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

  @Setting({
    variable: 'DRAWDOWN_DRAIN_MS',
    kind: integer(0, 600_000),
    default: '20000',
    meaning: 'How long calls under way may take after SIGTERM, in milliseconds.',
  })
  readonly drainMs!: number;
}
