import { runBurnDown } from './burn-down/run-burn-down.js';
import { runCheck } from './check/run-check.js';
import { runIngest } from './ingest/run-ingest.js';

interface Benchmark {
  readonly about: string;
  readonly run: () => void | Promise<void>;
}

const BENCHMARKS = new Map<string, Benchmark>([
  ['burn-down', { about: 'balances computed by the domain alone, beside the figures of the reference', run: runBurnDown }],
  ['ingest', { about: 'usage published until it is durable in the projection, beside raw JetStream and raw MongoDB', run: runIngest }],
  ['check', { about: 'unary CheckAccess, beside a bare gRPC echo of the same bytes', run: runCheck }],
]);

const EXIT_USAGE = 2;

const [name] = process.argv.slice(2);
const benchmark = BENCHMARKS.get(name ?? '');
if (benchmark === undefined) {
  process.stderr.write('usage: npm run bench -- <name>, where <name> is one of:\n');
  for (const [known, { about }] of BENCHMARKS) process.stderr.write(`  ${known.padEnd(10)} ${about}\n`);
  process.exitCode = EXIT_USAGE;
} else {
  await benchmark.run();
}
