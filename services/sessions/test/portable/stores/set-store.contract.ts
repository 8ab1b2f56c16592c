import type { SetStore } from '../../../src/domain/index.js';

const A = Buffer.from('a');
const B = Buffer.from('b');

/** Members as sorted hex: no order is promised. */
const members = async (store: SetStore, key: string): Promise<readonly string[]> =>
  (await store.all(key)).map(value => Buffer.from(value).toString('hex')).sort();

const hex = (...values: readonly Buffer[]): readonly string[] => values.map(value => value.toString('hex')).sort();

/** What every store of sets does (sessions §3.2), whatever keeps it. */
export const setStoreContract = (open: () => SetStore): void => {
  it('adds each member once and knows nothing of other keys', async () => {
    const store = open();
    for (const value of [A, B, A]) await store.add('key', value);
    expect(await members(store, 'key')).toEqual(hex(A, B));
    expect(await members(store, 'other')).toEqual([]);
  });

  it('tells members apart by their exact bytes', async () => {
    const store = open();
    const values = [
      Buffer.alloc(0),
      Buffer.from([0]),
      Buffer.from([0, 0]),
      Buffer.from([0xff]),
      Buffer.from('é'),
      Buffer.from('é', 'latin1'),
    ];
    for (const value of values) await store.add('key', value);
    expect(await members(store, 'key')).toEqual(hex(...values));
  });

  it('keeps members of 5,000 bytes that differ in the last one', async () => {
    const store = open();
    const [left, right] = [Buffer.alloc(5_000, 7), Buffer.alloc(5_000, 7)];
    right[4_999] = 8;
    await store.add('key', left);
    await store.add('key', right);
    expect(await members(store, 'key')).toEqual(hex(left, right));
  });

  it.each(['drop', 'delete'] as const)('%s removes the whole set, also an absent one', async operation => {
    const store = open();
    await store.add('key', A);
    await store.add('key', B);
    await store.add('other', A);
    await store[operation]('key');
    await store[operation]('key');
    expect(await members(store, 'key')).toEqual([]);
    expect(await members(store, 'other')).toEqual(hex(A));
  });

  it('removes one member, and the key with the last one', async () => {
    const store = open();
    await store.add('key', A);
    await store.add('key', B);
    await store.remove('key', A);
    await store.remove('key', A);
    await store.remove('absent', A);
    expect(await members(store, 'key')).toEqual(hex(B));
    await store.remove('key', B);
    expect(await members(store, 'key')).toEqual([]);
  });

  it('loses none of many concurrent adds', async () => {
    const store = open();
    const values = Array.from({ length: 200 }, (_, index) => Buffer.from(String(index)));
    await Promise.all(values.map(async value => store.add('key', value)));
    expect(await members(store, 'key')).toEqual(hex(...values));
  });

  it('shares no buffer with its callers', async () => {
    const store = open();
    const given = Buffer.from('a');
    await store.add('key', given);
    given.fill(0);
    for (const value of await store.all('key')) value.fill(0);
    expect(await members(store, 'key')).toEqual(hex(A));
  });

  it('refuses a missing key or value', async () => {
    const store = open();
    for (const key of ['', null as unknown as string]) {
      await expect(async () => store.add(key, A)).rejects.toMatchObject({ reason: 'KEY_REQUIRED' });
      await expect(async () => store.remove(key, A)).rejects.toMatchObject({ reason: 'KEY_REQUIRED' });
    }
    const missing = null as unknown as Uint8Array;
    await expect(async () => store.add('key', missing)).rejects.toMatchObject({ reason: 'VALUE_REQUIRED' });
    await expect(async () => store.remove('key', missing)).rejects.toMatchObject({ reason: 'VALUE_REQUIRED' });
  });
};
