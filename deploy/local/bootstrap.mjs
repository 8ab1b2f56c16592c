// What `npm start`, `npm test`, `npm run soak` and `npm run bench` call. It runs in an empty clone, so it may use nothing but Node:
// it brings the packages and the build up to date, and then hands over to the built launcher in the same process.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = resolve(import.meta.dirname, '../..');
const state = join(root, '.drawdown');
const SOURCE_FOLDERS = ['libs', 'services', 'proto', 'cli', 'deploy/local', 'bench'];
const BUILD_SETTINGS = ['nest-cli.json', 'tsconfig.json', '.swcrc', 'package-lock.json'];

const NODE_VERSION_MIN = [20, 19];

requireNode();
process.chdir(root);
mkdirSync(state, { recursive: true });
installWhenChanged();
buildWhenChanged();
const launcher = join(root, 'deploy/local/dist/local/src/main.js');
const { main } = await import(pathToFileURL(launcher).href);
process.exit(await main(root, process.argv.slice(2)));

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [majorMin, minorMin] = NODE_VERSION_MIN;
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return;
  process.stderr.write(`Node ${NODE_VERSION_MIN.join('.')} or newer is needed; this is ${process.versions.node}.\n`);
  process.exit(1);
}

// `npm install --no-save` takes every version from the lock file and leaves that file alone. `npm ci` would refuse a
// lock file that does not list the binaries of every other operating system, and not every registry has those.
// The stamp lies in node_modules, so that it goes when that goes.
function installWhenChanged() {
  const stamp = join(root, 'node_modules/.drawdown-installed');
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (readOrEmpty(stamp) === lock) return;
  run('Installing packages', 'npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, lock);
}

function buildWhenChanged() {
  const stamp = join(state, 'build.stamp');
  const sources = hashOfSources();
  if (readOrEmpty(stamp) === sources) return;
  run('Building', 'npm', ['run', '--silent', 'build']);
  writeFileSync(stamp, sources);
}

// Contents, not times: a fresh checkout of the same sources needs no build, and an older file does.
function hashOfSources() {
  const hash = createHash('sha256');
  const add = file => hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  for (const name of BUILD_SETTINGS) add(join(root, name));
  for (const folder of SOURCE_FOLDERS) if (existsSync(join(root, folder))) addFolder(join(root, folder), add);
  return hash.digest('hex');
}

function addFolder(folder, add) {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!['node_modules', 'dist', 'test', 'coverage'].includes(entry.name)) addFolder(path, add);
    } else if (/\.(ts|json|proto)$/.test(entry.name) && !entry.name.endsWith('.spec.ts')) {
      add(path);
    }
  }
}

function readOrEmpty(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function run(what, file, words) {
  process.stdout.write(`${what} …\n`);
  const { status, signal, error } = spawnSync(file, words, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status === 0) return;
  process.stderr.write(`${what} failed: ${error?.message ?? signal ?? `exit code ${status}`} of ${[file, ...words].join(' ')}\n`);
  process.exit(1);
}
