import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { obtainServer } from '../src/servers/server.js';
import type { RunningServer, Wanted } from '../src/servers/server.js';
import { byFetching, fromBin, fromEnvironment, fromPath } from '../src/servers/ways.js';
import type { StartProgram } from '../src/servers/ways.js';
import { temporaryLaunch, writeProgram } from './temporary.js';
import type { TemporaryLaunch } from './temporary.js';

const VARIABLE = 'DRAWDOWN_THING_URL';

describe('the order of looking', () => {
  let temporary: TemporaryLaunch;
  afterEach(() => temporary.remove());

  const begin = async (environment: Readonly<Record<string, string>> = {}): Promise<void> => {
    temporary = await temporaryLaunch(environment);
    await mkdir(temporary.launch.workspace.bin, { recursive: true });
  };

  const putOnPath = (version: string) => temporary.fake('thingd', `echo thingd v${version}`);
  const putIntoBin = (version: string) => writeProgram(join(temporary.launch.workspace.bin, 'thingd'), `echo thingd v${version}`);

  /** A server that is nothing but a note of the program it was started from. */
  const start: StartProgram = (program, origin) =>
    Promise.resolve({
      url: `thing://${program.file}`,
      variables: {},
      what: `thingd ${program.version.join('.')} ${origin}`,
      failed: new Promise<string>(() => undefined),
      stop: () => Promise.resolve(),
    });

  const wanted = (fetchProgram: () => Promise<string>): Wanted => ({
    title: 'Thing',
    ways: [
      fromEnvironment(temporary.launch, VARIABLE, async url => {
        if (url.includes('dead')) throw new Error('nothing answers there');
      }),
      fromPath(temporary.launch, ['thingd', 'otherd'], [2, 0, 0], start),
      fromBin(temporary.launch, 'thingd', [2, 0, 0], start),
      byFetching(temporary.launch, 'fetching', fetchProgram, [2, 0, 0], start),
    ],
    help: ['install thingd 2 or newer', `set ${VARIABLE}`],
  });
  const noSite = (): Promise<string> => Promise.reject(new Error('the site does not answer'));
  const obtain = (fetchProgram = noSite): Promise<RunningServer> => obtainServer(temporary.launch, wanted(fetchProgram));

  it('takes an address from the environment before anything else, and does not print its password', async () => {
    await begin({ [VARIABLE]: 'thing://me:secret@there:1' });
    await putOnPath('9.0.0');
    const server = await obtain();
    expect(server).toMatchObject({ url: 'thing://me:secret@there:1', variables: { [VARIABLE]: server.url } });
    expect(temporary.said).toEqual(['Thing: as the environment says, at thing://there:1']);
  });

  it('never looks past an address that does not answer', async () => {
    await begin({ [VARIABLE]: 'thing://me:secret@dead:1' });
    await putOnPath('9.0.0');
    await expect(obtain()).rejects.toMatchObject({
      reason: 'ADDRESS_UNUSABLE',
      message: `${VARIABLE} is thing://dead:1, but nothing answers there`,
    });
  });

  it('takes a program on the PATH before one fetched earlier', async () => {
    await begin();
    const file = await putOnPath('2.0.0');
    await putIntoBin('3.0.0');
    expect((await obtain()).url).toBe(`thing://${file}`);
    expect(temporary.said[0]).toContain(`thingd 2.0.0 found at ${file}`);
    expect(temporary.said[0]).toContain(`(${VARIABLE}: not set)`);
  });

  it('passes over a program that is too old, and says so in the one line', async () => {
    await begin();
    await putOnPath('1.9.9');
    await putIntoBin('3.0.0');
    await obtain();
    expect(temporary.said).toHaveLength(1);
    expect(temporary.said[0]).toContain('thingd 3.0.0 from .drawdown/bin');
    expect(temporary.said[0]).toContain('is 1.9.9, older than 2.0.0');
  });

  it('takes the second name when the first is too old', async () => {
    await begin();
    await putOnPath('1.0.0');
    const other = await temporary.fake('otherd', 'echo v2.1.0');
    expect((await obtain()).url).toBe(`thing://${other}`);
  });

  it('fetches only when nothing is there', async () => {
    await begin();
    const fetched = await obtain(() => putIntoBin('2.5.0'));
    expect(fetched.what).toBe('thingd 2.5.0 by fetching');
    const again = await obtain(noSite);
    expect(again.what).toBe('thingd 2.5.0 from .drawdown/bin');
  });

  it('goes on when a server that was found does not start', async () => {
    await begin();
    await putOnPath('2.0.0');
    const fallback = await putIntoBin('2.0.0');
    const unlucky: Wanted = {
      ...wanted(noSite),
      ways: [
        fromPath(temporary.launch, ['thingd'], [2, 0, 0], () => Promise.reject(new Error('libfoo.so is missing'))),
        fromBin(temporary.launch, 'thingd', [2, 0, 0], start),
      ],
    };
    expect((await obtainServer(temporary.launch, unlucky)).url).toBe(`thing://${fallback}`);
  });

  it('says what was tried, why each way failed and what would help', async () => {
    await begin();
    await putOnPath('1.2.3');
    const error: unknown = await obtain().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ reason: 'SERVER_UNAVAILABLE', metadata: { server: 'Thing' } });
    expect((error as Error).message).toBe(
      [
        'Thing could not be had. Tried, in this order:',
        `  1. ${VARIABLE}: not set`,
        `  2. thingd or otherd on the PATH: ${temporary.programs}/thingd is 1.2.3, older than 2.0.0`,
        '  3. .drawdown/bin/thingd: not fetched yet',
        '  4. fetching: the site does not answer',
        'What would help (one of):',
        '  - install thingd 2 or newer',
        `  - set ${VARIABLE}`,
      ].join('\n'),
    );
    expect(temporary.said).toEqual([]);
  });
});
