import {
  checkKind,
  checkObjectId,
  checkTag,
  informedObject,
  KindRegistry,
  LIMITS,
  resolveOptions,
  resolveParallelism,
} from '../../src/domain/index.js';
import { reasonOf } from '../given.js';

describe('names (reconciliation §5.2, examples 21 and 22)', () => {
  it.each([
    ['user', undefined],
    ['stripe_customer', undefined],
    ['a-1', undefined],
    ['x'.repeat(64), undefined],
    ['', 'KIND_EMPTY'],
    ['X'.repeat(65), 'KIND_TOO_LONG'],
    ['User', 'KIND_INVALID'],
    ['a__b', 'KIND_INVALID'],
    ['_a', 'KIND_INVALID'],
    ['a-', 'KIND_INVALID'],
    ['a|b', 'KIND_INVALID'],
    ['a\n', 'KIND_INVALID'],
    [7, 'KIND_INVALID'],
    ['maintenance', 'KIND_RESERVED'],
  ])('a kind %p: %p', (value, reason) => {
    expect(reasonOf(() => checkKind(value))).toBe(reason);
  });

  it('are checked in linear time', () => {
    expect(reasonOf(() => checkKind(`${'a'.repeat(64)}`))).toBeUndefined();
    expect(reasonOf(() => checkTag(`${'a-'.repeat(120)}!`))).toBe('TAG_INVALID');
  });

  it('bound an object id to 254 UTF-16 code units', () => {
    expect(reasonOf(() => checkObjectId('💥'.repeat(127)))).toBeUndefined();
    expect(reasonOf(() => checkObjectId(`${'💥'.repeat(127)}x`))).toBe('OBJECT_ID_INVALID');
  });
});

describe('the registry (§5.1)', () => {
  it('takes a kind once, and keeps the first', () => {
    const registry = new KindRegistry<{ readonly kind: string; readonly n: number }>();
    registry.register({ kind: 'user', n: 1 });
    expect(reasonOf(() => registry.register({ kind: 'user', n: 2 }))).toBe('KIND_ALREADY_REGISTERED');
    expect(reasonOf(() => registry.register({ kind: 'User', n: 2 }))).toBe('KIND_INVALID');
    expect(registry.find('user')).toEqual({ kind: 'user', n: 1 });
    expect(registry.size).toBe(1);
    expect(reasonOf(() => registry.require('team'))).toBe('CONTROLLER_NOT_REGISTERED');
  });
});

describe('precedence (§5.4, example 20)', () => {
  const definition = { namespace: 'billing', tags: ['abc'], metadata: { k: 1 }, maxAttempts: 3 };

  it('takes each option by itself, never merged', () => {
    expect(resolveOptions({ tags: [] }, definition)).toEqual({ namespace: 'billing', tags: [], metadata: { k: 1 }, maxAttempts: 3 });
    expect(resolveOptions({ metadata: { z: 1 } }, definition).metadata).toEqual({ z: 1 });
    expect(resolveOptions({}, {})).toEqual({ namespace: 'default', tags: [], metadata: {}, maxAttempts: 10 });
  });

  it('passes over zeros where a value is meant', () => {
    expect(resolveOptions({ namespace: '', maxAttempts: 0 }, definition)).toMatchObject({ namespace: 'billing', maxAttempts: 3 });
    expect(resolveParallelism(0)).toBe(1);
    expect(resolveParallelism(undefined)).toBe(1);
  });

  it.each([[-1], [10_001], [1.5], ['2']])('refuses a parallelism of %p', value => {
    expect(reasonOf(() => resolveParallelism(value))).toBe('PARALLELISM_INVALID');
  });

  it('names the first that is wrong: tags, metadata, attempts, namespace, id, object', () => {
    const wrong = { tags: ['-'], metadata: [], maxAttempts: -1, namespace: 'X' };
    const given = { kind: 'user', objectId: '', object: Number.NaN };
    const order: (string | undefined)[] = [];
    for (const name of ['tags', 'metadata', 'maxAttempts', 'namespace'] as const) {
      order.push(reasonOf(() => informedObject({ ...given, callOptions: wrong })));
      Reflect.deleteProperty(wrong, name);
    }
    order.push(reasonOf(() => informedObject(given)));
    order.push(reasonOf(() => informedObject({ ...given, objectId: 'u1' })));
    expect(order).toEqual([
      'TAG_INVALID',
      'METADATA_INVALID',
      'MAX_ATTEMPTS_INVALID',
      'NAMESPACE_INVALID',
      'OBJECT_ID_INVALID',
      'OBJECT_NOT_SERIALIZABLE',
    ]);
  });

  it('bounds what every write carries', () => {
    const tags = Array.from({ length: LIMITS.tagsMax + 1 }, (_, n) => `tag${n}`);
    expect(reasonOf(() => resolveOptions({ tags }, {}))).toBe('TAG_INVALID');
    expect(reasonOf(() => resolveOptions({ tags: tags.slice(1) }, {}))).toBeUndefined();
    expect(reasonOf(() => resolveOptions({ metadata: new Map() }, {}))).toBe('METADATA_INVALID');
    expect(reasonOf(() => resolveOptions({ metadata: new Date(0) }, {}))).toBe('METADATA_INVALID');
  });
});
