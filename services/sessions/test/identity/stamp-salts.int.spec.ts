import { bucketNames } from '@drawdown/eventlog';
import { connectForTest, destroyForTest, provisionForTest, testPrefix } from '@drawdown/testing';
import { Kvm, type KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { RegistryStampSalts } from '../../src/adapters/jetstream/stamp-salts.js';

const DAY_MS = 86_400_000;
const NOON_MS = Date.UTC(2026, 0, 20, 12);
const dateAt = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

describe('salts in the registry', () => {
  const prefix = testPrefix();
  let nats: NatsConnection;
  let bucket: KV;
  beforeAll(async () => {
    nats = await connectForTest();
    await provisionForTest(nats, { prefix, streams: ['sessions'] });
    bucket = await new Kvm(nats).open(bucketNames(prefix).registry);
  });
  afterAll(async () => {
    await destroyForTest(nats, { prefix, streams: ['sessions'] });
    await nats.drain();
  });

  it('are the same for replicas that begin at once, another for each day, and one for days of imports', async () => {
    const replicas = await Promise.all([1, 2, 3].map(() => RegistryStampSalts.open(nats, prefix, () => NOON_MS)));
    for (let day = -8; day <= 1; day += 1) {
      const date = dateAt(NOON_MS + day * DAY_MS);
      expect(new Set(replicas.map(salts => salts.of(date))).size).toBe(1);
    }
    const ofDays = [-8, -1, 0, 1].map(day => replicas[0]?.of(dateAt(NOON_MS + day * DAY_MS)));
    expect(new Set([...ofDays, replicas[0]?.of('2019-03-01')]).size).toBe(5);
    expect(replicas[0]?.of('2019-03-01')).toBe(replicas[1]?.of('2018-03-01'));
  });

  it('are deleted when neither a late hit nor a rebuild may ask for them', async () => {
    let nowMs = NOON_MS;
    const salts = await RegistryStampSalts.open(nats, prefix, () => nowMs);
    const oldest = `sessions.salt.${dateAt(NOON_MS - 8 * DAY_MS)}`;
    const kept = salts.of(dateAt(NOON_MS - 7 * DAY_MS));
    expect((await bucket.get(oldest))?.operation).toBe('PUT');
    nowMs += DAY_MS;
    await salts.refresh();
    expect((await bucket.get(oldest))?.operation).not.toBe('PUT');
    expect(salts.of(dateAt(NOON_MS - 7 * DAY_MS))).toBe(kept);
  });
});
