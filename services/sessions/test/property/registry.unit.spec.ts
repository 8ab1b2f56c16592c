import { partitionOf } from '@drawdown/eventlog';
import { PropertyRegistry } from '../../src/application/properties/registry.js';
import { settingsOf, shadowNamespace, type PropertyEvent, type Scope } from '../../src/domain/index.js';

const created = (propertyId: string, scope: Scope = 'client'): PropertyEvent => ({
  type: 'property-created',
  propertyId,
  settings: settingsOf({ scope }),
});

const changed = (settingsVersion: number, timeoutMs: number): PropertyEvent => ({
  type: 'settings-changed',
  settingsVersion,
  settings: settingsOf({ timeoutMs }),
});

const registry = (): PropertyRegistry => new PropertyRegistry(() => Promise.resolve());

describe('the properties in memory', () => {
  it('answers by namespace and id, and knows nothing of others', () => {
    const properties = registry();
    properties.apply('s1', 'acme', [{ event: created('shop'), atMs: 5, commandId: 'c' }], 1);
    expect(properties.get('acme', 'shop')).toMatchObject({ namespace: 'acme', propertyId: 'shop', settingsVersion: 1 });
    expect(properties.stored('acme', 'shop')).toMatchObject({ createdAtMs: 5, changedAtMs: 5 });
    expect(properties.get('other', 'shop')).toBeUndefined();
    expect(properties.get('acme', 'blog')).toBeUndefined();
  });

  it('applies a message once and never an older one', () => {
    const properties = registry();
    properties.apply('s1', 'acme', [{ event: created('shop'), atMs: 5, commandId: 'c' }], 1);
    properties.apply('s1', 'acme', [{ event: changed(2, 60_000), atMs: 6, commandId: 'c' }], 4);
    properties.apply('s1', 'acme', [{ event: changed(2, 60_000), atMs: 6, commandId: 'c' }], 4);
    properties.apply('s1', 'acme', [{ event: created('shop'), atMs: 5, commandId: 'c' }], 1);
    expect(properties.get('acme', 'shop')).toMatchObject({ settingsVersion: 2, settings: { timeoutMs: 60_000 } });
    expect(properties.stored('acme', 'shop')).toMatchObject({ createdAtMs: 5, changedAtMs: 6 });
  });

  it('says in which state partitions clients can be related, whatever else there is', () => {
    const properties = registry();
    properties.apply('s1', 'acme', [{ event: created('spread', 'client'), atMs: 1, commandId: 'c' }], 1);
    expect(properties.propertyStates()).toEqual([]);
    properties.apply('s2', 'acme', [{ event: created('shop', 'property'), atMs: 1, commandId: 'c' }], 2);
    properties.apply('s3', 'ac.me', [{ event: created('shop', 'property'), atMs: 1, commandId: 'c' }], 3);
    const wanted = [partitionOf('acme', 'shop'), partitionOf('ac%2Eme', 'shop')].sort((a, b) => a - b);
    expect(properties.propertyStates()).toEqual([...new Set(wanted)]);
  });

  it('lists a namespace by id, and all of them', () => {
    const properties = registry();
    for (const [index, id] of ['b', 'a', 'c'].entries())
      properties.apply(`s${index}`, 'acme', [{ event: created(id), atMs: 1, commandId: 'c' }], index + 1);
    properties.apply('s9', 'other', [{ event: created('z'), atMs: 1, commandId: 'c' }], 9);
    expect(properties.list('acme').map(({ property }) => property.propertyId)).toEqual(['a', 'b', 'c']);
    expect([...properties.all()]).toHaveLength(4);
  });

  it('knows the replays of a property by the commands that started them, and takes nobody else’s shop for one', () => {
    const properties = registry();
    properties.apply('s1', 'acme', [{ event: created('shop'), atMs: 1, commandId: 'made' }], 1);
    properties.apply('s2', shadowNamespace('acme', 'again'), [{ event: created('shop'), atMs: 1, commandId: 'again' }], 2);
    properties.apply('s2', shadowNamespace('acme', 'again'), [{ event: changed(2, 60_000), atMs: 2, commandId: 'later' }], 3);
    properties.apply('s3', shadowNamespace('acme', 'again'), [{ event: created('blog'), atMs: 1, commandId: 'again' }], 4);
    properties.apply('s4', shadowNamespace('other', 'again'), [{ event: created('shop'), atMs: 1, commandId: 'again' }], 5);
    const shop = properties.get('acme', 'shop');
    if (shop === undefined) throw new Error('no shop');
    expect(properties.replaysOf(shop)).toMatchObject([
      { namespace: shadowNamespace('acme', 'again'), propertyId: 'shop', settingsVersion: 2 },
    ]);
  });

  it('tells of changes until told to stop', () => {
    const properties = registry();
    const heard: number[] = [];
    const stop = properties.onChange(({ settingsVersion }) => heard.push(settingsVersion));
    properties.apply('s1', 'acme', [{ event: created('shop'), atMs: 1, commandId: 'c' }], 1);
    properties.apply('s1', 'acme', [{ event: changed(2, 60_000), atMs: 2, commandId: 'c' }], 2);
    stop();
    properties.apply('s1', 'acme', [{ event: changed(3, 70_000), atMs: 3, commandId: 'c' }], 3);
    expect(heard).toEqual([1, 2]);
  });
});
