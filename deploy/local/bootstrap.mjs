// What `npm start`, `npm test` and `npm run bench` call. It runs in an empty clone, so it may use nothing but Node:
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
if (!isInstalled()) {
  run('Installing packages', 'npm', ['ci', '--no-audit', '--no-fund']);
}
const sources = hashOfSources();
const buildStamp = join(state, 'build.stamp');
if (readOrEmpty(buildStamp) !== sources) {
  run('Building', 'npm', ['run', '--silent', 'build']);
  writeFileSync(buildStamp, sources);
}
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

// npm keeps its own account of what it installed. Comparing that with the lock file notices a new lock file, an
// installation that broke off, and packages installed by hand, without a stamp of ours that could be wrong.
function isInstalled() {
  const account = readOrEmpty(join(root, 'node_modules/.package-lock.json'));
  if (account === '') return false;
  const installed = JSON.parse(account).packages;
  const locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(locked).every(([path, wanted]) => {
    if (path === '' || !path.includes('node_modules/')) return true;
    const present = installed[path];
    if (present === undefined) return wanted.optional === true || wanted.devOptional === true;
    const same = present.version === wanted.version && present.integrity === wanted.integrity;
    return same && existsSync(join(root, path));
  });
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
