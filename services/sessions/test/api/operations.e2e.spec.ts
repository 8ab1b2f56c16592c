import { randomUUID } from 'node:crypto';
import {
  HitsServiceService as Hits,
  OperationsServiceService as Operations,
  SessionsServiceService as Sessions,
  SessionState,
} from '@drawdown/proto/sessions';
import { headers } from '@nats-io/transport-node';
import { jetstream } from '@nats-io/jetstream';
import { newCommand, refusalOf, type Client } from './client.js';
import { eventually } from './eventually.js';
import { createProperty, hit } from './given.js';
import { World } from './world.js';

describe('OperationsService', () => {
  let world: World;
  let client: Client;
  beforeAll(async () => {
    world = await World.create();
    ({ client } = await world.start());
  });
  afterAll(() => world.end());

  const deadLetters = (pageToken = '', pageSize = 0) => client.call(Operations.listDeadLetters, { pageSize, pageToken });

  /** A structured hit as a producer with NATS publishes it. */
  const publishRaw = async (propertyId: string, clientId: string, event: object): Promise<void> => {
    const natsHeaders = headers();
    natsHeaders.set('content-type', 'application/cloudevents+json');
    const data = JSON.stringify({ specversion: '1.0', source: '/test', type: 'drawdown.hits.source.hit.v1', ...event });
    await jetstream(world.nats).publish(world.subjects.hits('acme', propertyId, clientId), data, { headers: natsHeaders });
  };

  it('shows hits that could not be taken with their reasons, and takes one again once its property exists', async () => {
    const propertyId = `later-${randomUUID()}`;
    const id = randomUUID();
    const data = { clientId: 'visitor', propertyId, eventName: 'page_view' };
    await publishRaw(propertyId, 'visitor', { id, data });
    await publishRaw(propertyId, 'somebody-else', { id: randomUUID(), data });
    const letters = await eventually('both hits lie in the dead letters', async () => {
      const found = (await deadLetters()).deadLetters.filter(({ subject }) => subject.includes(propertyId));
      return found.length === 2 ? found : undefined;
    });
    expect(letters.map(({ reason }) => reason).sort()).toEqual(['SUBJECT_MISMATCH', 'UNKNOWN_PROPERTY']);
    await createProperty(client, { timeoutMs: 600_000 }, propertyId);
    const sequence = letters.find(({ reason }) => reason === 'UNKNOWN_PROPERTY')?.sequence ?? 0;
    const { position } = await client.call(Operations.replayDeadLetter, { sequence });
    const { session } = await client.call(Sessions.getOpenSession, {
      propertyId,
      visitor: { $case: 'clientId', value: 'visitor' },
      clientSessionId: '',
      minPosition: position,
    });
    expect(session).toMatchObject({ sessionId: id, state: SessionState.OPEN, hitCount: 1 });
    expect(await refusalOf(client.call(Operations.replayDeadLetter, { sequence: 1_000_000 }))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('lists dead letters page by page, each once', async () => {
    const propertyId = `bad-${randomUUID()}`;
    for (let index = 0; index < 5; index += 1) {
      await publishRaw(propertyId, 'visitor', { id: randomUUID(), data: { clientId: 'x', eventName: 'e' } });
    }
    const whole = await eventually('five hits lie in the dead letters', async () => {
      const found = (await deadLetters()).deadLetters;
      return found.filter(({ subject }) => subject.includes(propertyId)).length === 5 ? found : undefined;
    });
    const paged: number[] = [];
    let pageToken = '';
    do {
      const page = await deadLetters(pageToken, 2);
      expect(page.deadLetters.length).toBeLessThanOrEqual(2);
      paged.push(...page.deadLetters.map(({ sequence }) => sequence));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(paged).toEqual(whole.map(({ sequence }) => sequence));
  });

  it('finds no difference between the documents and the log, and builds them anew while they are read', async () => {
    const { propertyId } = await createProperty(client, { timeoutMs: 600_000 });
    const sent = hit(propertyId);
    const { position } = await client.call(Hits.publishHits, { hits: [sent], lane: 'import-1' });
    await client.call(Hits.completeImport, { lane: 'import-1' });
    const get = () =>
      client.call(Sessions.getSession, {
        propertyId,
        key: { $case: 'sessionId', value: sent.id },
        pageSize: 0,
        pageToken: '',
        replay: '',
        minPosition: position,
      });
    const before = await eventually('the session is closed', async () => {
      const found = await get();
      return found.session?.state === SessionState.CLOSED ? found : undefined;
    });
    const partition = world.subjects.hitPartition('acme', propertyId, sent.clientId);
    const audit = await client.call(Operations.auditProjection, { projection: 'sessions', partition }, { deadlineMs: 30_000 });
    expect(audit).toMatchObject({ differenceCount: 0, differences: [] });
    expect(audit.documents).toBeGreaterThan(0);
    const steps = await client.collect(Operations.rebuild, { projection: 'sessions' }, { deadlineMs: 60_000 });
    expect(steps.at(-1)).toMatchObject({ done: true, partitionsDone: 64, partitionsTotal: 64 });
    expect(await get()).toEqual(before);
  });

  it('tells a damaged document field by field, and repairs it', async () => {
    const { propertyId } = await createProperty(client, { timeoutMs: 600_000 });
    const sent = hit(propertyId);
    await client.call(Hits.publishHits, { hits: [sent], lane: 'import-2' });
    await client.call(Hits.completeImport, { lane: 'import-2' });
    const damaged = await eventually('its document can be damaged', async () => {
      for (const { collectionName } of await world.db.collections()) {
        const change = { $set: { startedAtMs: 1 } };
        const { modifiedCount } = await world.db.collection(collectionName).updateOne({ propertyId, isSuperseded: false }, change);
        if (modifiedCount > 0) return true;
      }
      return undefined;
    });
    expect(damaged).toBe(true);
    const asked = { projection: 'sessions', partition: world.subjects.hitPartition('acme', propertyId, sent.clientId) };
    const audit = () => client.call(Operations.auditProjection, asked, { deadlineMs: 30_000 });
    expect(await audit()).toMatchObject({ differenceCount: 1, differences: [{ field: 'startedAtMs', stored: '1' }] });
    expect(await client.call(Operations.repairProjection, asked, { deadlineMs: 60_000 })).toEqual({ repaired: 1 });
    expect(await audit()).toMatchObject({ differenceCount: 0, differences: [] });
  });

  it('has nothing overdue when nothing is, and may be told to look', async () => {
    const { overdue } = await client.call(Operations.listOverdue, { longerThanMs: 30_000 });
    expect(overdue).toEqual([]);
    const looked = await client.call(Operations.checkDue, { partition: 5 });
    expect(looked.begun).toBeGreaterThanOrEqual(0);
  });

  it('refuses to set aside what is not there, an unknown projection, and a partition that is none', async () => {
    const aside = client.call(Operations.setAsideMessage, { ...newCommand(), stream: 'hits', sequence: 1_000_000, reason: 'test' });
    expect(await refusalOf(aside)).toMatchObject({ code: 'NOT_FOUND' });
    const other = client.call(Operations.auditProjection, { projection: 'balances', partition: 0 });
    expect(await refusalOf(other)).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'VALIDATION' });
    expect(await refusalOf(client.call(Operations.checkDue, { partition: 64 }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
