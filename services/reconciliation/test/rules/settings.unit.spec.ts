import {
  decide,
  decideNamespace,
  expiryTtlSeconds,
  initialState,
  isSuspended,
  resolveClientSettings,
  RESOURCE_STATES,
  retentionOf,
  Subscription,
  type NamespaceRecord,
} from '../../src/domain/index.js';
import { after, at, claim, inform, reasonOf, synced } from '../given.js';

const configure = (settings: object, name = 'cache'): NamespaceRecord | undefined =>
  decideNamespace({ type: 'configure', now: at(0), name, settings }, undefined)?.record;

describe('namespaces (reconciliation §2.2, §9)', () => {
  it.each([
    [0, 0],
    [900, 0],
    [1_999, 1],
    [10_000, 10],
    [Number.MAX_SAFE_INTEGER, 2_147_483_647],
    [-5, 0],
  ])('round an expiry of %p ms down to %p s (example 14)', (expiryMs, seconds) => {
    expect(expiryTtlSeconds(expiryMs)).toBe(seconds);
  });

  it('take the newest configuration, and keep when they were made', () => {
    const first = configure({ resourceExpiryMs: 5_000 });
    const second = decideNamespace({ type: 'configure', now: at(9), name: 'cache', settings: {} }, first)?.record;
    expect(second).toMatchObject({ expiryTtlSeconds: 0, createdAt: at(0), updatedAt: at(9) });
    expect(decideNamespace({ type: 'ensure', now: at(9), name: 'cache' }, first)).toBeUndefined();
    expect(decideNamespace({ type: 'ensure', now: at(9), name: 'other' }, undefined)?.record).toMatchObject({ expiryTtlSeconds: 0 });
  });

  it('refuse what contradicts itself', () => {
    expect(reasonOf(() => configure({ resourceExpiryMs: 1, syncedRetentionMs: 1 }))).toBe('EXPIRY_AND_RETENTION_CONFLICT');
    expect(reasonOf(() => configure({ deletedRetentionMs: -1 }))).toBe('INTERVAL_INVALID');
    expect(reasonOf(() => configure({ maxWorkers: 10_001 }))).toBe('PARALLELISM_INVALID');
    expect(reasonOf(() => configure({}, 'a|b'))).toBe('NAMESPACE_INVALID');
  });

  it('let records rest as long as they say, else the client', () => {
    const client = resolveClientSettings({ degradedRetentionMs: 7 });
    expect(retentionOf(configure({ deletedRetentionMs: 5 }), client)).toEqual({
      deletedMs: 5,
      syncedMs: 86_400_000,
      degradedMs: 7,
      expires: false,
    });
    expect(retentionOf(undefined, client)).toMatchObject({ deletedMs: 86_400_000, expires: false });
  });

  it('are cleaned strictly, and never of what expires (example 19)', () => {
    const { record } = synced(at(0));
    const remove = (now: number, expires: boolean) =>
      decide({ type: 'remove', now, retention: { deletedMs: 1, syncedMs: 86_400_000, degradedMs: 1, expires } }, record).answer;
    expect(remove(at(86_400), false)).toBe('left');
    expect(remove(at(86_400.001), false)).toBe('done');
    expect(remove(at(999_999), true)).toBe('left');
  });

  it('expire strictly (example 13), and a suspended record too', () => {
    const story = synced(at(0));
    story.give({ type: 'suspend', now: at(0), kind: 'user', objectId: 'u1', reason: '', by: '', until: null });
    expect(story.give({ type: 'expire', now: at(10), ttlMs: 10_000 })).toBe('left');
    expect(story.give({ type: 'expire', now: at(10.001), ttlMs: 10_000 })).toBe('done');
    expect(story.record).toMatchObject({ state: 'expired', syncedAt: at(0) });
    expect(isSuspended(story.record, at(11))).toBe(true);
  });
});

describe('client settings (§12)', () => {
  it('default where they are absent or 0', () => {
    expect(resolveClientSettings({ workTimeoutMs: 0, informIntervalMs: null })).toMatchObject({
      workTimeoutMs: 60_000,
      informIntervalMs: 3_600_000,
    });
  });

  it('may be negative where that means something', () => {
    expect(resolveClientSettings({ informJitterMs: -1, workTimeoutMs: -1 })).toMatchObject({ informJitterMs: -1, workTimeoutMs: -1 });
    for (const name of ['maintenanceIntervalMs', 'cleanerIntervalMs', 'cleanerTimeoutMs', 'syncedRetentionMs'] as const) {
      expect(reasonOf(() => resolveClientSettings({ [name]: -1 }))).toBe('INTERVAL_INVALID');
    }
  });
});

describe('subscriptions (§11, example 24)', () => {
  it('drop for the slow one alone what does not fit', () => {
    const slow = new Subscription<number>({ chanSize: 2, categories: ['object_synced'] });
    const roomy = new Subscription<number>({ categories: ['object_synced'] });
    for (let n = 1; n <= 5; n += 1) for (const each of [slow, roomy]) each.emit('object_synced', n);
    expect(slow.read(9)).toEqual([1, 2]);
    expect(slow.dropped).toBe(3);
    expect(roomy.read(9)).toEqual([1, 2, 3, 4, 5]);
    expect(roomy.dropped).toBe(0);
  });

  it('hear nothing after they are cancelled, and can still read', () => {
    const subscription = new Subscription<number>({ categories: ['object_failed'] });
    subscription.emit('object_failed', 1);
    subscription.cancel();
    subscription.cancel();
    subscription.emit('object_failed', 2);
    expect(subscription.read(9)).toEqual([1]);
    expect(subscription.dropped).toBe(0);
  });

  it('are refused for their size before their categories', () => {
    expect(reasonOf(() => new Subscription({ chanSize: -1, categories: ['all'] }))).toBe('SUBSCRIBE_INVALID_SIZE');
    expect(reasonOf(() => new Subscription({ categories: ['all'] }))).toBe('SUBSCRIBE_INVALID_CATEGORY');
  });
});

describe('a record', () => {
  it('begins as nothing', () => {
    expect(initialState).toBeUndefined();
    expect(decide(claim(at(0)), initialState)).toEqual({ answer: { outcome: 'gone' } });
  });

  it('that nobody can explain is scheduled when it is informed', () => {
    const story = after(inform(at(0)));
    story.state = { ...story.record, state: 'unknown', nextAttemptAt: null };
    expect(story.give(claim(at(1)))).toEqual({ outcome: 'notClaimable' });
    story.give(inform(at(2)));
    expect(story.record).toMatchObject({ state: 'scheduled', nextAttemptAt: at(2) });
    expect(RESOURCE_STATES).toEqual(['synced', 'pending', 'expired', 'scheduled', 'failed', 'degraded', 'deleted', 'unknown']);
  });
});
