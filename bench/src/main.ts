import { runBurnDown } from './burn-down/run-burn-down.js';

const BENCHMARKS = new Map<string, () => void | Promise<void>>([['burn-down', runBurnDown]]);

const [name] = process.argv.slice(2);
const benchmark = BENCHMARKS.get(name ?? '');
if (benchmark === undefined) {
  process.stderr.write(`usage: npm run bench -- <name>, where <name> is one of: ${[...BENCHMARKS.keys()].join(', ')}\n`);
  process.exitCode = 2;
} else {
  await benchmark();
}
