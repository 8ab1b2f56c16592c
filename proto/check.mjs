// `npm run proto:check`: the contracts are tidy, break nobody, and the generated code is what they say.
// Each failure names the command that repairs it. Needs no network.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const buf = join(root, 'node_modules', '.bin', 'buf');
const step = (name, repair, command, ...args) => {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status === 0) return;
  console.error(`proto:check: ${name} failed. ${repair}`);
  process.exit(1);
};

const git = (...args) => spawnSync('git', args, { cwd: root, maxBuffer: 64 << 20 });

/** The last commit to be compared with: HEAD for uncommitted contracts, its parent where HEAD is what is being checked. */
const baseline = () => {
  const changed = git('status', '--porcelain', '--', 'proto', 'buf.yaml').stdout.length > 0;
  const candidate = changed ? 'HEAD' : 'HEAD~1';
  return git('cat-file', '-e', `${candidate}:buf.yaml`).status === 0 ? candidate : undefined;
};

const checkBreaking = () => {
  const base = baseline();
  if (base === undefined) {
    console.log('proto:check: no earlier contracts to compare with');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'drawdown-proto-'));
  try {
    const archive = join(folder, 'base.tar');
    writeFileSync(archive, git('archive', '--format=tar', base, 'proto', 'buf.yaml').stdout);
    step('breaking', 'Add instead of changing, or start a v2 package.', buf, 'breaking', '--against', archive);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const hashOfGenerated = () => {
  const hash = createHash('sha256');
  const files = readdirSync(join(root, 'proto', 'gen'), { recursive: true }).filter(name => name.endsWith('.ts'));
  for (const name of files.sort()) hash.update(`${name}\0`).update(readFileSync(join(root, 'proto', 'gen', name)));
  return hash.digest('hex');
};

step('lint', 'Fix what buf names above.', buf, 'lint');
step('format', 'Run `npx buf format -w`.', buf, 'format', '--diff', '--exit-code');
checkBreaking();
const before = hashOfGenerated();
execFileSync('npm', ['run', '--silent', 'proto:generate'], { cwd: root, stdio: 'inherit' });
if (hashOfGenerated() !== before) {
  console.error('proto:check: proto/gen was out of date and has been written anew. Commit it.');
  process.exit(1);
}
