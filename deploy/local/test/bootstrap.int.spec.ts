import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { repository, temporaryLaunch } from './temporary.js';
import type { TemporaryLaunch } from './temporary.js';

describe('the bootstrap in a clone', () => {
  let temporary: TemporaryLaunch;
  let root: string;

  beforeEach(async () => {
    temporary = await temporaryLaunch();
    root = temporary.launch.workspace.root;
    await mkdir(join(root, 'deploy/local'), { recursive: true });
    await mkdir(join(root, 'libs/one/src'), { recursive: true });
    await copyFile(join(repository, 'deploy/local/bootstrap.mjs'), join(root, 'deploy/local/bootstrap.mjs'));
    for (const name of ['nest-cli.json', 'tsconfig.json', '.swcrc']) await writeFile(join(root, name), '{}');
    await writeFile(join(root, 'package-lock.json'), '{}');
    await writeFile(join(root, 'libs/one/src/index.ts'), 'export {};');
    await rm(temporary.launch.workspace.state, { recursive: true });
    await fakeNpm();
  });
  afterEach(() => temporary.remove());

  /** Does what npm does to the folders, as far as the bootstrap looks, and writes down what it was asked. */
  const fakeNpm = (install = 'true', build = 'true') =>
    temporary.fake(
      'npm',
      [
        'PATH=/usr/bin:/bin; echo "$1 $2" >> npm-calls',
        'if [ "$1" = install ]; then',
        `  ${install} || exit 1; mkdir -p node_modules/thing`,
        'else',
        `  ${build} || exit 1`,
        '  mkdir -p deploy/local/dist/local/src',
        '  echo "export const main = async (_root, words) => { console.log(words.join()); return 7; };" \\',
        '    > deploy/local/dist/local/src/main.mjs',
        '  cp deploy/local/dist/local/src/main.mjs deploy/local/dist/local/src/main.js',
        '  echo "{\\"type\\":\\"module\\"}" > deploy/local/dist/package.json',
        'fi',
      ].join('\n'),
    );

  /** Runs it and returns what npm was asked, with the outcome. */
  const bootstrap = async () => {
    await rm(join(root, 'npm-calls'), { force: true });
    const { exitCode, stdout, stderr } = await execa(process.execPath, [join(root, 'deploy/local/bootstrap.mjs'), 'start', '--once'], {
      reject: false,
      env: { PATH: temporary.programs },
      extendEnv: false,
      cwd: '/',
    });
    const calls = await readFile(join(root, 'npm-calls'), 'utf8').catch(() => '');
    return { exitCode, stdout, stderr, calls: calls.split('\n').filter(line => line !== '') };
  };
  const INSTALL = 'install --no-save';
  const BUILD = 'run --silent';

  it('installs, builds and hands over to the launcher with its words and its exit code', async () => {
    const { exitCode, stdout, calls } = await bootstrap();
    expect(calls).toEqual([INSTALL, BUILD]);
    expect(stdout).toContain('start,--once');
    expect(exitCode).toBe(7);
  });

  it('does neither a second time', async () => {
    await bootstrap();
    expect(await bootstrap()).toMatchObject({ calls: [], exitCode: 7 });
  });

  it('builds again when a source changed, was added or was removed, and not for a test', async () => {
    await bootstrap();
    await mkdir(join(root, 'libs/one/test'));
    await writeFile(join(root, 'libs/one/test/one.unit.spec.ts'), '');
    expect((await bootstrap()).calls).toEqual([]);
    await writeFile(join(root, 'libs/one/src/index.ts'), 'export const one = 1;');
    expect((await bootstrap()).calls).toEqual([BUILD]);
    await writeFile(join(root, 'libs/one/src/two.ts'), '');
    expect((await bootstrap()).calls).toEqual([BUILD]);
    await rm(join(root, 'libs/one/src/two.ts'));
    expect((await bootstrap()).calls).toEqual([BUILD]);
  });

  it('installs again when the lock file changed or the packages are gone', async () => {
    await bootstrap();
    await writeFile(join(root, 'package-lock.json'), '{ "changed": true }');
    expect((await bootstrap()).calls).toEqual([INSTALL, BUILD]);
    await rm(join(root, 'node_modules'), { recursive: true });
    expect((await bootstrap()).calls).toEqual([INSTALL]);
  });

  it('stops at an installation that fails, and tries it again the next time', async () => {
    await fakeNpm('false');
    expect(await bootstrap()).toMatchObject({ exitCode: 1, calls: [INSTALL] });
    await fakeNpm();
    expect((await bootstrap()).calls).toEqual([INSTALL, BUILD]);
  });

  it('stops at a build that fails, and tries it again the next time', async () => {
    await fakeNpm('true', 'false');
    expect(await bootstrap()).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Building failed') as string });
    await fakeNpm();
    expect((await bootstrap()).calls).toEqual([BUILD]);
  });
});
