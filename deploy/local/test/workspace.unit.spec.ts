import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createRunFolder } from '../src/workspace.js';
import { temporaryLaunch } from './temporary.js';
import type { TemporaryLaunch } from './temporary.js';

/** Larger than any process id that a system gives. */
const NOBODY = 99_999_999;

describe('run folders', () => {
  let temporary: TemporaryLaunch;
  beforeEach(async () => {
    temporary = await temporaryLaunch();
  });
  afterEach(() => temporary.remove());

  it('of launches that are over are removed but for the last three, those of living ones never', async () => {
    const { workspace } = temporary.launch;
    const living = `run-1-${String(process.pid)}`;
    const over = [1, 2, 3, 4, 5].map(time => `run-${String(time)}-${String(NOBODY)}`);
    for (const name of [living, ...over, 'bin']) await mkdir(join(workspace.state, name), { recursive: true });
    const folder = await createRunFolder(workspace);
    const left = await readdir(workspace.state);
    expect(left.map(name => join(workspace.state, name))).toContain(folder);
    expect(left).toEqual(expect.arrayContaining([living, 'bin', ...over.slice(2)]));
    expect(left).not.toEqual(expect.arrayContaining([over[0]]));
    expect(left).not.toEqual(expect.arrayContaining([over[1]]));
  });
});
