import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startProcess, unexpectedEnd } from '../src/process/own-process.js';
import type { OwnProcess } from '../src/process/own-process.js';
import { untilReady } from '../src/process/readiness.js';
import { isAlive, until } from './processes.js';
import { temporaryLaunch } from './temporary.js';
import type { TemporaryLaunch } from './temporary.js';

describe('a process of the launch', () => {
  let temporary: TemporaryLaunch;
  beforeEach(async () => {
    temporary = await temporaryLaunch();
  });
  afterEach(() => temporary.remove());

  const log = () => join(temporary.launch.runFolder, 'log');
  let scripts = 0;
  const run = async (script: string, stopMsMax?: number): Promise<OwnProcess> =>
    startProcess(temporary.launch, {
      name: 'thing',
      // A file each: a shell may still be reading the one before.
      file: await temporary.fake(`thing-${String((scripts += 1))}`, script),
      arguments: [],
      output: { log: log() },
      ...(stopMsMax === undefined ? {} : { stopMsMax }),
    });
  const logged = async () => readFile(log(), 'utf8');
  /** The script prints the process id of a child of its own. */
  const childOf = async (): Promise<number> => {
    await until(async () => (await logged()).includes('\n'));
    return Number(await logged());
  };

  it('is asked to end, and takes its children with it', async () => {
    const thing = await run('/bin/sleep 60 & echo $!; wait');
    const child = await childOf();
    await thing.stop();
    expect(isAlive(thing.pid)).toBe(false);
    await until(async () => !isAlive(child));
    expect(await thing.exited).toMatchObject({ unexpected: false });
  });

  it('is killed when it does not end in time', async () => {
    const thing = await run('trap "" TERM; echo 0; while true; do /bin/sleep 0.05; done', 100);
    await childOf();
    await thing.stop();
    expect(isAlive(thing.pid)).toBe(false);
    expect((await thing.exited).description).toContain('signal SIGKILL');
  });

  it('leaves no children when it dies by itself', async () => {
    const thing = await run('/bin/sleep 60 & echo $!; exit 3');
    await thing.exited;
    const child = await childOf();
    await until(async () => !isAlive(child));
  });

  it('reports an end that nobody asked for, with the end of its log', async () => {
    const thing = await run('echo no space left on device >&2; exit 3');
    const description = await unexpectedEnd(thing);
    expect(description).toContain('thing ended (exit code 3)');
    expect(description).toContain('no space left on device');
  });

  it('ends with the launch, in the reverse order of the starts', async () => {
    const order: string[] = [];
    const first = await run('exec /bin/sleep 60');
    const second = await run('exec /bin/sleep 60');
    void first.exited.then(() => order.push('first'));
    void second.exited.then(() => order.push('second'));
    await temporary.launch.end();
    expect(order).toEqual(['second', 'first']);
    await expect(run('true')).rejects.toMatchObject({ reason: 'LAUNCH_ENDED' });
  });

  it('is waited for until it is ready, and no longer than it lives', async () => {
    let asked = 0;
    const notYet = async (): Promise<void> => {
      asked += 1;
      if (asked < 3) throw new Error('not yet');
    };
    await untilReady(await run('exec /bin/sleep 60'), notYet);
    expect(asked).toBe(3);
    const never = () => Promise.reject(new Error('not yet'));
    await expect(untilReady(await run('echo cannot bind; exit 1'), never)).rejects.toThrow('cannot bind');
    await expect(untilReady(await run('exec /bin/sleep 60'), never, 100)).rejects.toThrow('thing was not ready within 100 ms: not yet');
  });

  it('cannot be a program that is not there', () => {
    const start = () => startProcess(temporary.launch, { name: 'thing', file: '/nowhere', arguments: [], output: { log: log() } });
    expect(start).toThrow('/nowhere could not be started');
  });
});
