import { status } from '@grpc/grpc-js';
import { CheckAccessRequest } from '@drawdown/proto';

import { createIssuer, identityMatrix, Identity, keysFromSet, unacceptableTokens } from '../src/index.js';
import { answerOf, refusalOf } from './support/calls.js';
import { probe } from './support/sample-service.js';
import { type Sample, sampleServices, startSample } from './support/start-sample.js';

const question = CheckAccessRequest.fromPartial({ customer: 'c-1', featureKey: 'f-1' });

describe('identity', () => {
  let sample: Sample;
  beforeAll(async () => {
    sample = await startSample();
  });
  beforeEach(() => probe.reset());
  afterAll(() => sample.stop());

  it('lets no unacceptable token reach any RPC', async () => {
    const outcomes = await identityMatrix(sample.address, sampleServices, await unacceptableTokens(sample.issuer));
    expect(outcomes.length).toBe(7 * 17);
    expect(outcomes.filter(({ code }) => code !== status.UNAUTHENTICATED)).toEqual([]);
    expect(outcomes.filter(({ reason }) => !reason.startsWith('TOKEN_'))).toEqual([]);
    expect(probe.contexts).toEqual([]);
  });

  it('lets an acceptable token through to what the contract says of an empty request', async () => {
    const token = await sample.issuer.issue({ namespace: 'acme', roles: ['operator'], lifetimeSeconds: 60 });
    const outcomes = await identityMatrix(sample.address, sampleServices, new Map([['good', token]]));
    expect(outcomes.filter(({ code }) => code === status.UNAUTHENTICATED || code === status.PERMISSION_DENIED)).toEqual([]);
  });

  it('opens the operations to operators only', async () => {
    const token = await sample.issuer.issue({ namespace: 'acme', roles: ['reader'], lifetimeSeconds: 60 });
    const outcomes = await identityMatrix(sample.address, sampleServices, new Map([['no operator', token]]));
    const denied = outcomes.filter(({ code, reason }) => code === status.PERMISSION_DENIED && reason === 'ROLE_MISSING');
    expect(denied.map(({ rpc }) => rpc.split('/')[2])).toEqual(['Rebuild', 'AuditProjection']);
  });

  it('takes the namespace from the token', async () => {
    for (const namespace of ['acme', 'globex']) {
      const metadata = await sample.metadata(namespace);
      const { access } = await answerOf<{ access: { entitlementId: string } | undefined }>(done =>
        sample.access.checkAccess(question, metadata, done),
      );
      expect(access?.entitlementId).toBe(namespace);
    }
  });

  it('says of an expired token that it has expired', async () => {
    const metadata = await sample.metadata();
    metadata.set('authorization', `Bearer ${await sample.issuer.issue({ namespace: 'acme', lifetimeSeconds: -60 })}`);
    expect(await refusalOf(done => sample.access.checkAccess(question, metadata, done))).toMatchObject({ reason: 'TOKEN_EXPIRED' });
  });
});

describe('remembered tokens', () => {
  it('are refused from their end on, and verified again after a minute', async () => {
    const issuer = await createIssuer('k', 'ES256');
    let nowMs = Date.now();
    let verifications = 0;
    const keys = keysFromSet(issuer.keySet);
    const identity = new Identity({
      keys: (header, token) => {
        verifications += 1;
        return keys(header, token);
      },
      nowMs: () => nowMs,
    });
    const token = `Bearer ${await issuer.issue({ namespace: 'acme', roles: ['operator'], lifetimeSeconds: 90 })}`;
    const first = await identity.callerOf(token);
    expect(first).toMatchObject({ namespace: 'acme', subject: 'developer', roles: new Set(['operator']) });
    expect(identity.callerOf(token)).toBe(first);
    nowMs += 61_000;
    await identity.callerOf(token);
    expect(verifications).toBe(2);
    nowMs += 35_000;
    await expect(identity.callerOf(token)).rejects.toMatchObject({ reason: 'TOKEN_EXPIRED' });
  });

  it('are kept in a bounded number', async () => {
    const issuer = await createIssuer('k');
    const identity = new Identity({ keys: keysFromSet(issuer.keySet) });
    const token = `Bearer ${await issuer.issue({ namespace: 'acme', lifetimeSeconds: 90 })}`;
    await identity.callerOf(token);
    expect(identity.callerOf(token)).not.toBeInstanceOf(Promise);
    await expect(identity.callerOf(`Bearer ${'x'.repeat(9_000)}`)).rejects.toMatchObject({ reason: 'TOKEN_INVALID' });
  });
});
