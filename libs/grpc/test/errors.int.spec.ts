import { Fault, Refusal } from '@drawdown/errors';
import { type BatchCheckAccessRequest, BatchCheckAccessRequest as Batch, CheckAccessRequest } from '@drawdown/proto';
import { Client, credentials, type Metadata, status } from '@grpc/grpc-js';

import { answerOf, refusalOf } from './support/calls.js';
import { probe } from './support/sample-service.js';
import { type Sample, startSample } from './support/start-sample.js';

const ask = (featureKey: string, customer = 'c-1') => CheckAccessRequest.fromPartial({ customer, featureKey });

describe('errors', () => {
  let sample: Sample;
  let metadata: Metadata;
  beforeAll(async () => {
    sample = await startSample({ codes: { OWN_REASON: status.OUT_OF_RANGE } });
    metadata = await sample.metadata();
  });
  beforeEach(() => probe.reset());
  afterAll(() => sample.stop());

  const refusedWith = (error: Error) => {
    probe.behaviours.set('f', () => {
      throw error;
    });
    return refusalOf(done => sample.access.checkAccess(ask('f'), metadata, done));
  };

  it.each([
    [new Refusal('NOT_FOUND', 'no such grant', { kind: 'grant', id: 'g-1' }), status.NOT_FOUND],
    [new Refusal('CONCURRENT_UPDATE', 'other version'), status.ABORTED],
    [new Refusal('INSUFFICIENT_BALANCE', 'too little', { available: '10' }), status.FAILED_PRECONDITION],
    [new Refusal('ENTITLEMENT_ALREADY_EXISTS', 'overlaps', { id: 'e-2' }), status.ALREADY_EXISTS],
    [new Fault('STALE_READ', 'not there yet'), status.UNAVAILABLE],
    [new Fault('POSITION_UNKNOWN', 'another incarnation'), status.INVALID_ARGUMENT],
    [new Refusal('OWN_REASON', 'of the service'), status.OUT_OF_RANGE],
    [new Refusal('NEVER_HEARD_OF', 'a refusal'), status.FAILED_PRECONDITION],
    [new Fault('NEVER_HEARD_OF', 'a fault'), status.UNAVAILABLE],
  ])('%s becomes code %i with reason and metadata', async (error, code) => {
    expect(await refusedWith(error)).toEqual({
      code,
      message: error.message,
      reason: error.reason,
      metadata: error.metadata,
      violations: [],
    });
  });

  it('carries field violations of a refusal', async () => {
    const violations = [{ field: 'grant.amount', description: 'must be positive' }];
    expect(await refusedWith(new Refusal('VALIDATION', 'wrong', {}, violations))).toMatchObject({
      code: status.INVALID_ARGUMENT,
      violations,
    });
  });

  it('tells a client nothing of our own mistakes but an incident id, under which the log has all of it', async () => {
    const mistake = new TypeError('password of the database is hunter2');
    const refused = await refusedWith(mistake);
    expect(refused).toMatchObject({ code: status.INTERNAL, message: 'internal error', reason: 'INTERNAL' });
    expect(JSON.stringify(refused)).not.toContain('hunter2');
    expect(sample.log.errors.at(-1)?.[1]).toEqual({ incident: refused.metadata['incident'], err: mistake });
  });

  it('refuses bytes that are no message of the contract as the client’s mistake', async () => {
    const client = new Client(sample.address, credentials.createInsecure());
    const raw = (bytes: Buffer): Buffer => bytes;
    const path = '/drawdown.entitlements.v1.AccessService/CheckAccess';
    const refused = await refusalOf<Buffer>(done =>
      client.makeUnaryRequest(path, raw, raw, Buffer.from([0x0a, 0xff, 0xff]), metadata, done),
    );
    client.close();
    expect(refused).toMatchObject({ code: status.INVALID_ARGUMENT, reason: 'MALFORMED_REQUEST' });
  });
});

describe('validation', () => {
  let sample: Sample;
  let metadata: Metadata;
  beforeAll(async () => {
    sample = await startSample();
    metadata = await sample.metadata();
  });
  beforeEach(() => probe.reset());
  afterAll(() => sample.stop());

  it.each([
    ['empty', ''],
    ['of a megabyte', 'x'.repeat(1 << 20)],
    ['of 129 bytes', 'x'.repeat(129)],
    ['of 65 characters of two bytes', 'é'.repeat(65)],
    ['with a control character', 'a\u0000b'],
  ])('refuses a key %s and never reaches the handler', async (_what, customer) => {
    const refused = await refusalOf(done => sample.access.checkAccess(ask('f', customer), metadata, done));
    expect(refused).toMatchObject({ code: status.INVALID_ARGUMENT, reason: 'VALIDATION', violations: [{ field: 'customer' }] });
    expect(refused.message.length).toBeLessThan(200);
    expect(probe.contexts).toEqual([]);
  });

  it('names every wrong field by its path in the contract', async () => {
    const checks = [
      { customer: 'c', featureKey: 'f' },
      { customer: '', featureKey: '' },
      { customer: 'c', featureKey: '' },
    ];
    const refused = await refusalOf(done => sample.access.batchCheckAccess({ checks, minPosition: '' }, metadata, done));
    expect(refused.violations.map(({ field }) => field)).toEqual(['checks[1].customer', 'checks[1].feature_key', 'checks[2].feature_key']);
  });

  it('counts a list before looking into it', async () => {
    const request: BatchCheckAccessRequest = Batch.fromPartial({ checks: Array.from({ length: 1_001 }, () => ({})) });
    const refused = await refusalOf(done => sample.access.batchCheckAccess(request, metadata, done));
    expect(refused.violations).toEqual([{ field: 'checks', description: 'must be 1–1000 items' }]);
    const { results } = await answerOf<{ results: unknown[] }>(done =>
      sample.access.batchCheckAccess(
        { checks: Array.from({ length: 1_000 }, () => ({ customer: 'c', featureKey: 'f' })), minPosition: '' },
        metadata,
        done,
      ),
    );
    expect(results.length).toBe(1_000);
  });
});
