import type { KeyValueStore, WriteOptions } from '../../../src/domain/index.js';

const OLD = Buffer.from('old');
const NEW = Buffer.from('new');

/** Every row of the table of sessions §3.1: what is stored afterwards, and what was answered. */
const ROWS: readonly (readonly [WriteOptions, Buffer | null, stored: Buffer, answered: Buffer | null])[] = [
  [{}, null, NEW, null],
  [{}, OLD, NEW, null],
  [{ returnPrevious: true }, null, NEW, null],
  [{ returnPrevious: true }, OLD, NEW, OLD],
  [{ skipIfExists: true }, null, NEW, null],
  [{ skipIfExists: true }, OLD, OLD, null],
  [{ skipIfExists: true, returnPrevious: true }, null, NEW, null],
  [{ skipIfExists: true, returnPrevious: true }, OLD, OLD, OLD],
];

const KEYS = ['a', 'sessions.buckets.next', 'Ключ с пробелом', 'a\u0000b', '*{}>.', '🦊', '__proto__', ' '];

const bytes = (value: Uint8Array | null): string | null => (value === null ? null : Buffer.from(value).toString('hex'));

/** What every store of values does (sessions §3.1), whatever keeps it. */
export const keyValueStoreContract = (open: () => KeyValueStore): void => {
  it.each(ROWS)('set %j over %s', async (options, before, stored, answered) => {
    const store = open();
    if (before !== null) await store.set('key', before);
    expect(bytes(await store.set('key', NEW, options))).toBe(bytes(answered));
    expect(bytes(await store.get('key'))).toBe(bytes(stored));
  });

  it('knows absent from empty, also for what it answers', async () => {
    const store = open();
    expect(await store.get('key')).toBeNull();
    await store.set('key', Buffer.alloc(0));
    expect(bytes(await store.get('key'))).toBe('');
    expect(bytes(await store.set('key', NEW, { skipIfExists: true, returnPrevious: true }))).toBe('');
    expect(bytes(await store.get('key'))).toBe('');
  });

  it('deletes, also what is absent', async () => {
    const store = open();
    await store.set('key', OLD);
    await store.delete('key');
    await store.delete('key');
    expect(await store.get('key')).toBeNull();
  });

  it('keeps 5,000 bytes of any value', async () => {
    const store = open();
    const value = Buffer.from(Array.from({ length: 5_000 }, (_, index) => index % 256));
    await store.set('key', value);
    expect(bytes(await store.get('key'))).toBe(bytes(value));
  });

  it.each(KEYS)('takes the key %j for itself alone', async key => {
    const store = open();
    for (const other of KEYS) await store.set(other, OLD);
    await store.set(key, NEW);
    for (const other of KEYS) expect(bytes(await store.get(other))).toBe(bytes(other === key ? NEW : OLD));
  });

  it('shares no buffer with its callers', async () => {
    const store = open();
    const given = Buffer.from('old');
    await store.set('key', given);
    given.fill(0);
    (await store.get('key'))?.fill(0);
    (await store.set('key', NEW, { skipIfExists: true, returnPrevious: true }))?.fill(0);
    expect(bytes(await store.get('key'))).toBe(bytes(OLD));
  });

  it('lets one of many win who write unless present', async () => {
    const store = open();
    const writers = Array.from({ length: 50 }, (_, index) => Buffer.from(String(index)));
    const answers = await Promise.all(writers.map(async value => store.set('key', value, { skipIfExists: true, returnPrevious: true })));
    expect(answers.filter(answer => answer === null)).toHaveLength(1);
    const winner = bytes(await store.get('key'));
    for (const answer of answers) if (answer !== null) expect(bytes(answer)).toBe(winner);
  });

  it('refuses a missing key or value', async () => {
    const store = open();
    for (const key of ['', null as unknown as string]) {
      await expect(async () => store.get(key)).rejects.toMatchObject({ reason: 'KEY_REQUIRED' });
      await expect(async () => store.set(key, NEW)).rejects.toMatchObject({ reason: 'KEY_REQUIRED' });
      await expect(async () => store.delete(key)).rejects.toMatchObject({ reason: 'KEY_REQUIRED' });
    }
    await expect(async () => store.set('key', null as unknown as Uint8Array)).rejects.toMatchObject({ reason: 'VALUE_REQUIRED' });
  });
};
