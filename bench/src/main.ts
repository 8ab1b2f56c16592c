import { runBurnDown } from './burn-down/run-burn-down.js';
import { runCheck } from './check/run-check.js';
import { runExpiry } from './expiry/run-expiry.js';
import { runGoalSchedule } from './goal-schedule/run-goal-schedule.js';
import { runHits } from './hits/run-hits.js';
import { runIngest } from './ingest/run-ingest.js';
import { runReconcileDomain } from './reconcile-domain/run-reconcile-domain.js';
import { runSessionsRedis } from './sessions-redis/run-sessions-redis.js';
import { runSessionsPortable } from './sessions-portable/run-sessions-portable.js';
import { runDepletion } from './depletion/run-depletion.js';
import { runPools } from './pools/run-pools.js';
import { runPoolsMemory } from './pools-memory/run-pools-memory.js';

interface Benchmark {
  readonly about: string;
  readonly run: () => void | Promise<void>;
}

const BENCHMARKS = new Map<string, Benchmark>([
  ['burn-down', { about: 'balances computed by the domain alone, beside the figures of the reference', run: runBurnDown }],
  ['ingest', { about: 'usage published until it is durable in the projection, beside raw JetStream and raw MongoDB', run: runIngest }],
  ['hits', { about: 'hits stored by Redis alone and through the service, beside raw RPUSH and raw JetStream', run: runHits }],
  ['expiry', { about: 'a million sessions that expire, beside a poller of a sorted set', run: runExpiry }],
  ['check', { about: 'unary CheckAccess, beside a bare gRPC echo of the same bytes', run: runCheck }],
  [
    'sessions-portable',
    { about: 'the portable engine of sessions in memory, beside the figures of the reference', run: runSessionsPortable },
  ],
  ['sessions-redis', { about: 'the same workloads on the Redis engine, the server syncing always', run: runSessionsRedis }],
  ['pools', { about: 'durable decisions on pools by 64 clients, beside raw JetStream and findOneAndUpdate', run: runPools }],
  ['depletion', { about: 'a hundred thousand pools that run empty within a minute', run: runDepletion }],
  [
    'pools-memory',
    { about: 'commands on pools decided and folded by the domain alone, with the check sums of the reference', run: runPoolsMemory },
  ],
  ['goal-schedule', { about: 'the rules of the goal-state engine alone, beside the figures of the reference', run: runGoalSchedule }],
  ['reconcile-domain', { about: 'informs, claims and outcomes decided and folded by the domain alone', run: runReconcileDomain }],
]);

const EXIT_USAGE = 2;

const [name] = process.argv.slice(2);
const benchmark = BENCHMARKS.get(name ?? '');
if (benchmark === undefined) {
  process.stderr.write('usage: npm run bench -- <name>, where <name> is one of:\n');
  for (const [known, { about }] of BENCHMARKS) process.stderr.write(`  ${known.padEnd(18)} ${about}\n`);
  process.exitCode = EXIT_USAGE;
} else {
  await benchmark.run();
}
