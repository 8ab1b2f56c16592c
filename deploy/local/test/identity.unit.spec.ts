import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { writeContext } from '../src/identity/context-file.js';
import { createDevelopmentIdentity } from '../src/identity/development-identity.js';
import { launchBeside, temporaryLaunch } from './temporary.js';
import type { TemporaryLaunch } from './temporary.js';

const BEARER = { subject: 'story', namespace: 'demo', roles: ['operator'] };
const TWELVE_HOURS_IN_SECONDS = 12 * 3_600;

describe('the development identity', () => {
  let temporary: TemporaryLaunch;
  beforeEach(async () => {
    temporary = await temporaryLaunch();
  });
  afterEach(() => temporary.remove());

  const create = () => createDevelopmentIdentity(temporary.launch.runFolder);
  const keysIn = async (file: string) => createLocalJWKSet(JSON.parse(await readFile(file, 'utf8')) as JSONWebKeySet);

  it('signs tokens that its published key verifies, bound to a namespace and to twelve hours', async () => {
    const identity = await create();
    const token = await identity.signToken(BEARER);
    const { payload, protectedHeader } = await jwtVerify(token, await keysIn(identity.jwksFile), {
      audience: 'drawdown',
      algorithms: ['EdDSA'],
    });
    expect(payload).toMatchObject({ sub: 'story', namespace: 'demo', roles: ['operator'] });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(TWELVE_HOURS_IN_SECONDS);
    expect(protectedHeader.kid).toMatch(/^development-/);
  });

  it('is of one launch: no other accepts its tokens', async () => {
    const token = await (await create()).signToken(BEARER);
    const other = await create();
    await expect(jwtVerify(token, await keysIn(other.jwksFile))).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
  });

  it('publishes no private key, and keeps its own from others', async () => {
    const identity = await create();
    expect(await readFile(identity.jwksFile, 'utf8')).not.toContain('"d"');
    const { mode } = await stat(join(temporary.launch.runFolder, 'private-key.pem'));
    expect(mode & 0o777).toBe(0o600);
  });
});

describe('the command line context', () => {
  let first: TemporaryLaunch;
  beforeEach(async () => {
    first = await temporaryLaunch();
  });
  afterEach(() => first.remove());

  const contextOf = async () =>
    JSON.parse(await readFile(join(first.launch.workspace.state, 'context.json'), 'utf8')) as { readonly tokenFile?: string };

  it('leads to the service and to a token that only its owner can read', async () => {
    await writeContext(first.launch, { addresses: new Map([['sessions', '127.0.0.1:1']]), namespace: 'demo', token: 'one' });
    const context = await contextOf();
    expect(context).toMatchObject({ addresses: { sessions: '127.0.0.1:1' }, namespace: 'demo' });
    const tokenFile = context.tokenFile ?? '';
    expect(await readFile(tokenFile, 'utf8')).toBe('one');
    expect((await stat(tokenFile)).mode & 0o777).toBe(0o600);
    await first.launch.end();
    await expect(contextOf()).rejects.toThrow('ENOENT');
    await expect(stat(tokenFile)).rejects.toThrow('ENOENT');
  });

  it('of a later launch stays when an earlier one ends', async () => {
    await writeContext(first.launch, { addresses: new Map([['sessions', '127.0.0.1:1']]), namespace: 'demo', token: 'one' });
    const later = await launchBeside(first);
    await writeContext(later.launch, { addresses: new Map([['sessions', '127.0.0.1:2']]), namespace: 'demo', token: 'two' });
    await first.launch.end();
    expect(await contextOf()).toMatchObject({ addresses: { sessions: '127.0.0.1:2' } });
    await later.launch.end();
    await expect(contextOf()).rejects.toThrow('ENOENT');
  });
});
