import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { Guard, STAMP_HEADERS_DEFAULT, clientKey, maskedAddress, type JoinSettings } from '../../src/domain/index.js';
import { hitOf } from './support/hits.js';

const MINUTE_MS = 60_000;
const SETTINGS: JoinSettings = {
  scope: 'property',
  joinByStamp: true,
  joinByUserId: true,
  stampHeaders: STAMP_HEADERS_DEFAULT,
  timeoutMs: 30 * MINUTE_MS,
  platformTimeoutsMs: {},
};

const guard = new Guard();
const identifiers = (changes: Parameters<typeof hitOf>[0] = {}, settings: Partial<JoinSettings> = {}) =>
  guard.identifiersOf(hitOf(changes), { ...SETTINGS, ...settings });
const stampHash = (changes: Parameters<typeof hitOf>[0], settings?: Partial<JoinSettings>) => identifiers(changes, settings)[0]?.hash;

describe('a client key', () => {
  it('is the first 128 bits of SHA-256 over the length-prefixed names', () => {
    const digest = createHash('sha256').update('4:shop|3:web|5:véro').digest();
    expect(clientKey('shop', 'web', 'véro')).toBe(digest.subarray(0, 16).toString('base64url'));
    expect(clientKey('shop', 'web', 'véro')).toMatch(/^[\w-]{22}$/);
  });

  it('differs where anything that names the client does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 4 }), { minLength: 3, maxLength: 4 }),
        fc.array(fc.string({ maxLength: 4 }), { minLength: 3, maxLength: 4 }),
        (a, b) => {
          const key = ([namespace = '', property = '', client = '', session]: string[]) => clientKey(namespace, property, client, session);
          expect(key(a) === key(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
        },
      ),
      {
        examples: [
          [
            ['a|1:b', 'c', 'd'],
            ['a', 'b|1:c', 'd'],
          ],
          [
            ['a', 'b', 'c'],
            ['a', 'b', 'c', ''],
          ],
        ],
      },
    );
  });

  it('is the same whether it was remembered or not', () => {
    const small = new Guard();
    for (let client = 0; client < 70_000; client += 1) small.clientKeyOf(hitOf({ clientId: `c${String(client)}` }));
    for (const clientId of ['c0', 'c40000', 'c69999', 'c69999']) {
      expect(small.clientKeyOf(hitOf({ clientId }))).toBe(clientKey('shop', 'web', clientId));
    }
  });
});

describe('identifiers', () => {
  it('are claimed in the order stamp, user', () => {
    expect(identifiers({ sessionStamp: 'S', userId: 'u' }).map(({ type }) => type)).toEqual(['stamp', 'user']);
  });

  it('join nothing in scope client, nor where joining is off', () => {
    expect(identifiers({ sessionStamp: 'S', userId: 'u' }, { scope: 'client' })).toEqual([]);
    expect(identifiers({ sessionStamp: 'S', userId: 'u' }, { joinByStamp: false, joinByUserId: false })).toEqual([]);
  });

  it('are none without stamp, address and user', () => {
    expect(identifiers({ ip: '', userId: '', sessionStamp: '' })).toEqual([]);
    expect(identifiers({}, { stampHeaders: null })).toEqual([]);
  });

  it('take the explicit stamp from the field, the parameter or its alias', () => {
    const given = stampHash({ sessionStamp: 'S' });
    expect(stampHash({ queryParams: { sessionStamp: ['S', 'other'] } })).toBe(given);
    expect(stampHash({ queryParams: { sessionStamp: [''], fss: ['S'] } })).toBe(given);
    expect(stampHash({ sessionStamp: 'S', queryParams: { fss: ['other'] } })).toBe(given);
    expect(stampHash({ sessionStamp: 'T' })).not.toBe(given);
    expect(identifiers({ sessionStamp: 'S', receivedAtMs: 0 })[0]?.alsoLookUp).toBeUndefined();
  });

  it('are scoped by namespace, property and the session id of the client (D9)', () => {
    for (const changes of [{ namespace: 'other' }, { propertyId: 'other' }, { clientSessionId: 's' }]) {
      expect(stampHash({ sessionStamp: 'S', ...changes })).not.toBe(stampHash({ sessionStamp: 'S' }));
      expect(stampHash(changes)).not.toBe(stampHash({}));
    }
  });

  it('of different kinds never meet (D15)', () => {
    const user = identifiers({ ip: '', userId: 'x' })[0];
    expect(user?.hash).not.toBe(stampHash({ sessionStamp: 'x' }));
    expect(stampHash({ sessionStamp: '192.0.2.7' }, { stampHeaders: [] })).not.toBe(stampHash({}, { stampHeaders: [] }));
  });
});

describe('a computed stamp', () => {
  it('depends on each header in its place, in any case, and on the address', () => {
    const base = stampHash({ headers: { 'User-Agent': ['x'] } });
    expect(stampHash({ headers: { 'user-agent': ['x', 'y'], Cookie: ['z'] } })).toBe(base);
    expect(stampHash({ headers: { Accept: ['x'] } })).not.toBe(base);
    expect(stampHash({ headers: { 'User-Agent': ['x'] }, ip: '192.0.2.8' })).not.toBe(base);
    for (const name of STAMP_HEADERS_DEFAULT) expect(stampHash({ headers: { [name]: ['x'] } })).not.toBe(stampHash({}));
  });

  it('is of its UTC day, and looks yesterday’s up in the first D of it (D20, E29)', () => {
    const at = (instant: string) => identifiers({ receivedAtMs: Date.parse(instant) })[0];
    const evening = at('2025-01-01T23:59:50Z');
    expect(evening?.alsoLookUp).toBeUndefined();
    expect(at('2025-01-02T00:00:05Z')?.alsoLookUp).toBe(evening?.hash);
    expect(at('2025-01-02T00:29:59.999Z')?.alsoLookUp).toBe(evening?.hash);
    expect(at('2025-01-02T00:30:00Z')).toEqual({ type: 'stamp', hash: at('2025-01-02T00:00:05Z')?.hash });
  });

  it('looks as far back as the longest timeout of a platform', () => {
    const [stamp] = identifiers({ receivedAtMs: Date.parse('2025-01-02T01:00:00Z') }, { platformTimeoutsMs: { tv: 240 * MINUTE_MS } });
    expect(stamp?.alsoLookUp).toBeDefined();
  });
});

describe('masking an address', () => {
  it.each([
    ['203.5.113.77', ['203.5.113.77', '203.5.113.0', '203.5.0.0', '203.0.0.0', '']],
    ['2001:db8:85a3:8d3:1319:8a2e:370:7348', ['2001:db8:85a3:8d3:1319:8a2e:370:7348', '2001:db8:85a3::', '2001:db8::', '2001::', '']],
    ['::ffff:203.5.113.77', ['::ffff:203.5.113.77', '203.5.113.0', '203.5.0.0', '203.0.0.0', '']],
    ['not an address', ['not an address', '', '', '', '']],
    ['203.0.113', ['203.0.113', '', '', '', '']],
    ['', ['', '', '', '', '']],
  ])('%s', (address, masked) => {
    expect(([0, 1, 2, 3, 4] as const).map(level => maskedAddress(address, level))).toEqual(masked);
  });
});
