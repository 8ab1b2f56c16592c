import { randomUUID } from 'node:crypto';
import { OperationsServiceService as Operations, SessionsServiceService as Sessions } from '@drawdown/proto/sessions';
import { jetstream } from '@nats-io/jetstream';
import { headers as natsHeaders } from '@nats-io/transport-node';
import { Calls } from '../api/calls.js';
import { millis, refusalOf, type Client } from '../api/client.js';
import { eventually } from '../api/eventually.js';
import { hit } from '../api/given.js';
import { World } from '../api/world.js';

const PARTITIONS = 64;
/** A probe session has one chunk and one last message. */
const MESSAGES_PER_PROBE = 2;
const PROBE_SECONDS = 5;

describe('probes of the service itself (sessions §15.14)', () => {
  let world: World;
  let client: Client;
  let calls: Calls;
  beforeAll(async () => {
    world = await World.create();
    ({ client } = await world.start({ DRAWDOWN_SESSIONS_PROBE_SECONDS: String(PROBE_SECONDS) }));
    calls = new Calls(client);
  });
  afterAll(() => world.end());

  const probes = async () => (await client.call(Operations.listPartitions, {})).partitions.map(({ probe }) => probe);
  const published = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const { subject } of world.readerOf('sessions').from(`${world.prefix}.sessions.*._.>`, 1)) found.push(subject);
    return found;
  };
  const publishRaw = async (subject: string, event: object): Promise<void> => {
    const headers = natsHeaders();
    headers.set('content-type', 'application/cloudevents+json');
    const whole = { specversion: '1.0', id: randomUUID(), source: '/test', time: new Date().toISOString(), ...event };
    await jetstream(world.nats).publish(subject, JSON.stringify(whole), { headers });
  };

  it('come through in every partition, again and again, and leave one document each', async () => {
    const first = await eventually('every partition was probed', async () => {
      const all = await probes();
      return all.length === PARTITIONS && all.every(probe => probe?.sent !== undefined) ? all : undefined;
    });
    for (const probe of first) {
      // A tick until it expires and a second of close lag at least.
      expect(probe?.closedMs).toBeGreaterThanOrEqual(2_000);
      expect(probe?.readableMs).toBeGreaterThanOrEqual(probe?.closedMs ?? 0);
      expect(probe?.lost).toBe(0);
    }
    await eventually('every partition was probed again', async () => {
      const all = await probes();
      return all.every((probe, partition) => millis(probe?.sent) > millis(first[partition]?.sent)) ? true : undefined;
    });
    const messages = await published();
    // The one before is removed when the next has come through, and one more may be on its way.
    expect(messages.length).toBeLessThanOrEqual(PARTITIONS * MESSAGES_PER_PROBE * 2);
    const counts: Record<string, number> = {};
    for (const { collectionName } of await world.db.collections()) {
      const ofProbes = { $or: [{ namespace: '_' }, { _id: { $regex: '^_/' } as never }] };
      if (!collectionName.includes('probes')) expect(await world.db.collection(collectionName).countDocuments(ofProbes)).toBe(0);
      else counts['probes'] = await world.db.collection(collectionName).countDocuments();
    }
    expect(counts).toEqual({ probes: PARTITIONS });
  });

  it('are seen by no customer, and nobody can be one', async () => {
    const propertyId = await calls.property({ timeoutMs: 1_000 });
    await calls.publish([hit(propertyId)]);
    await calls.closed(propertyId, 1);
    for await (const { subject } of world.readerOf('usage').from('>', 1)) throw new Error(`usage on ${subject}`);
    const nobody = world.clientOf(client.address, await world.token('_'));
    const list = nobody.call(Sessions.listSessions, {
      propertyId: 'probe',
      clientId: '',
      userId: '',
      startTime: undefined,
      endTime: undefined,
      states: [],
      lane: '',
      replay: '',
      pageSize: 0,
      pageToken: '',
      minPosition: '',
    });
    expect(await refusalOf(list)).toMatchObject({ code: 'PERMISSION_DENIED' });
  });

  it('are not taken from customers: of a hit in nobody’s namespace, or a probe in somebody’s, nothing becomes a session', async () => {
    const id = randomUUID();
    await publishRaw(world.subjects.hits('_', 'probe', 'me'), {
      type: 'drawdown.hits.source.hit.v1',
      data: { propertyId: 'probe', clientId: 'me', eventName: 'x' },
    });
    await publishRaw(world.subjects.hitsBatch(7, 'acme'), { type: 'drawdown.hits.source.probe.v1', id });
    const letters = await eventually('both lie in the dead letters', async () => {
      const found = await calls.deadLetters();
      return found.length === 2 ? found : undefined;
    });
    expect(letters.map(({ reason }) => reason)).toEqual(['SUBJECT_MISMATCH', 'SUBJECT_MISMATCH']);
  });
});
