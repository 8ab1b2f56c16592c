import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { findOnPath, isAtLeast, parseVersion, requireVersion, runTool } from '../src/process/program.js';
import type { Version } from '../src/process/program.js';
import { temporaryLaunch, writeProgram } from './temporary.js';
import type { TemporaryLaunch } from './temporary.js';

describe('versions', () => {
  it.each([
    ['nats-server: v2.15.2', [2, 15, 2]],
    ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64', [7, 0, 15]],
    ['Valkey server v=8.1.0 sha=00000000:0', [8, 1, 0]],
    ['db version v8.0.4\nBuild Info: {}', [8, 0, 4]],
    ['openjdk 17.0.15 2025-04-15', [17, 0, 15]],
    ['openjdk 21 2023-09-19', [21, 0, 0]],
    ['nats-server: v2.12', [2, 12, 0]],
    ['no number here', undefined],
  ])('reads %j', (text, expected) => {
    expect(parseVersion(text)).toEqual(expected);
  });

  it('orders by number, not by text', () => {
    expect(isAtLeast([2, 9, 10], [2, 12, 0])).toBe(false);
    expect(isAtLeast([2, 12, 0], [2, 12, 0])).toBe(true);
    expect(isAtLeast([3, 0, 0], [2, 12, 9])).toBe(true);
  });

  it('is a total order', () => {
    const version = fc.tuple(fc.nat(30), fc.nat(30), fc.nat(30)) as fc.Arbitrary<Version>;
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(isAtLeast(a, b) || isAtLeast(b, a)).toBe(true);
        expect(isAtLeast(a, b) && isAtLeast(b, a)).toBe(a.join('.') === b.join('.'));
      }),
    );
  });
});

describe('programs', () => {
  let temporary: TemporaryLaunch;
  beforeEach(async () => {
    temporary = await temporaryLaunch();
  });
  afterEach(() => temporary.remove());

  it('are found in the order of the PATH, and only when they can be run', async () => {
    const second = join(temporary.programs, 'second');
    await mkdir(second);
    const wanted = await writeProgram(join(second, 'mongod'), 'true');
    const path = `/nowhere:${temporary.programs}:${second}`;
    expect(await findOnPath('mongod', path)).toBe(wanted);
    const first = await temporary.fake('mongod', 'true');
    expect(await findOnPath('mongod', path)).toBe(first);
    await chmod(first, 0o644);
    expect(await findOnPath('mongod', path)).toBe(wanted);
    expect(await findOnPath('mongod', undefined)).toBeUndefined();
  });

  it('are taken when they are new enough', async () => {
    const file = await temporary.fake('nats-server', 'echo "nats-server: v2.15.2"');
    expect(await requireVersion(temporary.launch, file, [2, 12, 0])).toEqual({ file, version: [2, 15, 2] });
  });

  it('are refused when they are too old, name no version, or cannot say it', async () => {
    const require = (file: string) => requireVersion(temporary.launch, file, [2, 12, 0]);
    await expect(require(await temporary.fake('old', 'echo v2.9.10'))).rejects.toThrow('2.9.10, older than 2.12.0');
    await expect(require(await temporary.fake('silent', 'true'))).rejects.toThrow('names no version');
    await expect(require(await temporary.fake('broken', 'echo libfoo.so is missing >&2; exit 127'))).rejects.toThrow(
      'libfoo.so is missing',
    );
  });

  it('are ended with the launch, and not started after it', async () => {
    const file = await temporary.fake('slow', 'exec /bin/sleep 60');
    const running = runTool(temporary.launch, file, [], { msMax: 60_000 });
    const outcome = expect(running).rejects.toMatchObject({ reason: 'TOOL_FAILED' });
    await temporary.launch.end();
    await outcome;
    await expect(runTool(temporary.launch, file, [], { msMax: 60_000 })).rejects.toMatchObject({
      reason: 'LAUNCH_ENDED',
    });
  });
});
