import { address, integer, name, oneOf, PlatformConfiguration, Setting, type DocumentedConfiguration } from '@drawdown/config';

/** What the sessions service is told at start. */
export class SessionsConfiguration extends PlatformConfiguration {
  @Setting({
    variable: 'DRAWDOWN_REDIS_URL',
    kind: address('redis', 'rediss'),
    secret: true,
    meaning: 'Redis 7 or newer for open sessions, with `maxmemory` set and `noeviction`; it may hold a password.',
  })
  readonly redisUrl!: string;

  @Setting({
    variable: 'DRAWDOWN_REDIS_MODE',
    kind: oneOf('single', 'cluster'),
    default: 'single',
    meaning: 'Whether the address is one server or a node of a Redis Cluster.',
  })
  readonly redisMode!: 'single' | 'cluster';

  @Setting({
    variable: 'DRAWDOWN_REDIS_KEY_PREFIX',
    kind: name,
    default: 'dd',
    meaning: 'Beginning of every key; deployments that share a Redis need different ones.',
  })
  readonly redisKeyPrefix!: string;

  @Setting({
    variable: 'DRAWDOWN_REDIS_DURABILITY',
    kind: oneOf('none', 'aof', 'replica'),
    default: 'aof',
    meaning:
      'What a write waits for before hits count as taken: nothing, the server’s own disk, or replicas. A loss is noticed and rebuilt from the streams in any case.',
  })
  readonly redisDurability!: 'none' | 'aof' | 'replica';

  @Setting({
    variable: 'DRAWDOWN_REDIS_DURABLE_REPLICAS',
    kind: integer(1, 5),
    default: '1',
    meaning: 'Replicas that must have a write, with the durability `replica`.',
  })
  readonly redisDurableReplicas!: number;

  @Setting({
    variable: 'DRAWDOWN_SESSIONS_TICK_SECONDS',
    kind: integer(1, 3_600),
    default: '1',
    meaning: 'Width of an expiry bucket, in seconds; the same for every replica, and unchanged while sessions are open.',
  })
  readonly tickSeconds!: number;

  @Setting({
    variable: 'DRAWDOWN_SESSIONS_CLOSE_LAG_SECONDS',
    kind: integer(0, 86_400),
    default: '1',
    meaning: 'Lateness of hits that closing waits for, in seconds of event time; later ones amend what was closed.',
  })
  readonly closeLagSeconds!: number;

  @Setting({
    variable: 'DRAWDOWN_SESSIONS_AMEND_SECONDS',
    kind: integer(0, 604_800),
    default: '7200',
    meaning: 'How long after its close a session can still be amended, in seconds of event time.',
  })
  readonly amendSeconds!: number;

  @Setting({
    variable: 'DRAWDOWN_SESSIONS_DUPLICATE_RETENTION_SECONDS',
    kind: integer(60, 604_800),
    default: '7200',
    meaning: 'How long after a client’s last hit its hit ids are remembered, in seconds; at least the longest timeout of any property.',
  })
  readonly duplicateRetentionSeconds!: number;

  @Setting({
    variable: 'DRAWDOWN_SESSIONS_PROBE_SECONDS',
    kind: integer(5, 3_600),
    default: '30',
    meaning: 'How often each partition sends a hit of the service’s own through everything, to measure how long it takes, in seconds.',
  })
  readonly probeSeconds!: number;
}

export const configurations: readonly DocumentedConfiguration[] = [
  { title: 'Sessions', introduction: 'Read by every replica of the sessions service.', type: SessionsConfiguration },
];
