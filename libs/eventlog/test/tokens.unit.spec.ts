import fc from 'fast-check';
import { PARTITIONS, Subjects, decodeToken, encodeToken, partitionOf } from '@drawdown/eventlog';
import { refusalOf } from './setup.js';

const token = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 40 })
  .filter(value => Buffer.byteLength(value) <= 128 && !/\p{Surrogate}/u.test(value));

describe('tokens', () => {
  it('encodes everything but letters, digits, "_", "-" and "~"', () => {
    expect(encodeToken('Az09_-~')).toBe('Az09_-~');
    expect(encodeToken('a.b*c>d e%é=')).toBe('a%2Eb%2Ac%3Ed%20e%25%C3%A9%3D');
  });

  it('gives every value back, and nothing that a subject could trip over', () => {
    fc.assert(
      fc.property(token, value => {
        const encoded = encodeToken(value);
        expect(encoded).toMatch(/^(?:[A-Za-z0-9_\-~%]+|=[0-9a-f]{64})$/);
        expect(encoded.startsWith('=') ? value : decodeToken(encoded)).toBe(value);
      }),
    );
  });

  it('hashes what would be longer than 200 characters, and only that', () => {
    expect(encodeToken('é'.repeat(33))).toHaveLength(198);
    expect(encodeToken('é'.repeat(34))).toMatch(/^=[0-9a-f]{64}$/);
    expect(encodeToken('é'.repeat(35))).not.toBe(encodeToken('é'.repeat(34)));
    expect(decodeToken(encodeToken('é'.repeat(34)))).toBeUndefined();
  });

  it.each(['', 'x'.repeat(129), 'é'.repeat(65), '\ud800'])('refuses %j', value => {
    expect(refusalOf(() => encodeToken(value, 'customer'))).toMatchObject({ reason: 'VALIDATION', metadata: { field: 'customer' } });
  });

  it.each(['', '%', '%zz', '%ff', 'a.b', '%C3', 'é'])('decodes nothing that it would not write: %j', value => {
    expect(decodeToken(value)).toBeUndefined();
  });
});

describe('partitions', () => {
  it('is FNV-1a of the tokens without a separator', () => {
    expect(partitionOf('a')).toBe(0xe40c292c % PARTITIONS); // the published test vector of FNV-1a-32
    expect(partitionOf('foo', 'bar')).toBe(0xbf9cf968 % PARTITIONS);
    expect(partitionOf('ab', 'c')).toBe(partitionOf('a', 'bc'));
  });
});

describe('subjects', () => {
  const subjects = new Subjects('dd');

  it('reads back what it makes', () => {
    const namespace = 'team.a';
    const customer = 'c/1';
    const partition = subjects.customerPartition(namespace, customer);
    const values = [namespace, customer];
    expect(subjects.parse(subjects.usageStored(namespace, customer))).toMatchObject({ stream: 'usage', kind: 'single', partition, values });
    expect(subjects.parse(subjects.customer(namespace, customer))).toMatchObject({
      stream: 'entitlements',
      kind: 'single',
      partition,
      values,
    });
    expect(subjects.parse(subjects.usageBatch(63, namespace))).toMatchObject({
      stream: 'usage',
      kind: 'envelope',
      partition: 63,
      values: [namespace],
    });
    expect(subjects.parse(subjects.hitsBatch(0, 'n'))).toMatchObject({ stream: 'hits', kind: 'envelope', partition: 0 });
    expect(subjects.parse(subjects.catalog('n', 'meter', 'm.1'))).toEqual({
      stream: 'entitlements',
      kind: 'catalog',
      tokens: ['n', 'meter', 'm%2E1'],
      values: ['n', 'meter', 'm.1'],
    });
    expect(subjects.parse(subjects.deadletters('capacity'))).toMatchObject({ stream: 'deadletters', values: ['capacity'] });
    expect(subjects.parse(subjects.sessions(7, 'n', 'p'))).toMatchObject({ stream: 'sessions', partition: 7 });
    for (const made of [subjects.property('n', 'p'), subjects.reconciliation('k', 'o'), subjects.hitsStored('n', 'p', 'c')]) {
      expect(subjects.parse(made)?.partition).toBeDefined();
    }
  });

  it('files a capacity aggregate by the tokens after its kind', () => {
    expect(subjects.capacity('pool', 'p1')).toBe(`dd.capacity.${partitionOf('p1')}.pool.p1`);
    expect(subjects.capacity('nonce', 'c', 'n')).toBe(`dd.capacity.${partitionOf('c', 'n')}.nonce.c.n`);
  });

  it.each([
    'other.p.usage.1.n.c',
    'dd.usage.n.c',
    'dd.p.usage.64.n.c',
    'dd.p.usage.07.n.c',
    'dd.p.usage.1',
    'dd.p.usage.1.n.',
    'dd.usage-batch.x.n',
    'dd.unknown.1.n',
    'dd.',
  ])('takes %j for none of ours', subject => expect(subjects.parse(subject)).toBeUndefined());

  it('filters single messages and envelopes of a partition', () => {
    expect(subjects.filters('usage', 5)).toEqual(['dd.p.usage.5.>', 'dd.usage-batch.5.*']);
    expect(subjects.filters('entitlements', 5)).toEqual(['dd.entitlements.5.>']);
    expect(() => subjects.filters('usage', 64)).toThrow(RangeError);
    expect(() => subjects.usageBatch(-1, 'n')).toThrow(RangeError);
  });

  it.each(['', 'A', '1a', 'a.b', 'x'.repeat(33)])('refuses the prefix %j', prefix => {
    expect(refusalOf(() => new Subjects(prefix))).toMatchObject({ reason: 'VALIDATION' });
  });
});
