import { MemoryKeyValueStore, MemorySetStore } from '../../../src/domain/index.js';
import { keyValueStoreContract } from './key-value-store.contract.js';
import { setStoreContract } from './set-store.contract.js';

describe('values in memory', () => {
  keyValueStoreContract(() => new MemoryKeyValueStore());
});

describe('sets in memory', () => {
  setStoreContract(() => new MemorySetStore());

  it('lists the keys that have members', () => {
    const store = new MemorySetStore();
    store.add('a', Buffer.from('1'));
    store.add('b', Buffer.from('1'));
    store.remove('a', Buffer.from('1'));
    expect(store.keys()).toEqual(['b']);
  });
});
