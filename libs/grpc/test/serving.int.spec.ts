import { startTelemetry } from '@drawdown/telemetry';
import { AccessServiceClient, CheckAccessRequest, type CheckAccessResponse } from '@drawdown/proto';
import { Client, credentials, type Metadata, status } from '@grpc/grpc-js';

import { createGrpcServer, Identity, keysFromSet } from '../src/index.js';
import { answerOf, refusalOf, until } from './support/calls.js';
import { freePort } from './support/free-port.js';
import { IncompleteModule, probe } from './support/sample-service.js';
import { ErrorLog, type Sample, sampleServices, startSample } from './support/start-sample.js';

const ask = (featureKey: string) => CheckAccessRequest.fromPartial({ customer: 'c-1', featureKey });
const raw = (bytes: Buffer): Buffer => bytes;

/** `grpc.health.v1.HealthCheckResponse.status`: 1 SERVING, 2 NOT_SERVING. */
const healthOf = async (address: string, service: string): Promise<number | undefined> => {
  const client = new Client(address, credentials.createInsecure());
  const request = Buffer.concat([Buffer.from([0x0a, service.length]), Buffer.from(service)]);
  try {
    return (await answerOf<Buffer>(done => client.makeUnaryRequest('/grpc.health.v1.Health/Check', raw, raw, request, done)))[1];
  } finally {
    client.close();
  }
};

/** A handler that waits until it is let go. */
const hold = (featureKey: string): (() => void) => {
  let release: () => void = () => undefined;
  const released = new Promise<void>(resolve => {
    release = resolve;
  });
  probe.behaviours.set(featureKey, () => released);
  return release;
};

describe('serving', () => {
  let sample: Sample;
  let metadata: Metadata;
  beforeEach(async () => {
    probe.reset();
    sample = await startSample({ unaryCallsMax: 2 });
    metadata = await sample.metadata();
  });
  afterEach(() => sample.stop());

  it('gives a handler the time the client gave, and its own default otherwise', async () => {
    await answerOf<CheckAccessResponse>(done => sample.access.checkAccess(ask('f'), metadata, { deadline: Date.now() + 400 }, done));
    await answerOf<CheckAccessResponse>(done => sample.access.checkAccess(ask('f'), metadata, done));
    const [asked, byDefault] = probe.contexts.map(({ deadlineAtMs }) => deadlineAtMs - Date.now());
    expect(asked).toBeLessThanOrEqual(400);
    expect(byDefault).toBeGreaterThan(400);
    expect(byDefault).toBeLessThanOrEqual(1_000);
  });

  it('ends a call at its deadline and aborts its work', async () => {
    const release = hold('slow');
    const refused = await refusalOf(done => sample.access.checkAccess(ask('slow'), metadata, done));
    expect(refused).toMatchObject({ code: status.DEADLINE_EXCEEDED, reason: 'DEADLINE_EXCEEDED' });
    expect(probe.contexts[0]?.signal.aborted).toBe(true);
    release();
  });

  it('aborts the work of a client that went away', async () => {
    const release = hold('slow');
    const refused = refusalOf(done => {
      const call = sample.access.checkAccess(ask('slow'), metadata, done);
      void until('the call is running', () => probe.contexts.length === 1).then(() => call.cancel());
    });
    expect((await refused).code).toBe(status.CANCELLED);
    await until('the work is aborted', () => probe.contexts[0]?.signal.aborted === true);
    release();
  });

  it('refuses calls above the limit and takes them again afterwards', async () => {
    const release = hold('slow');
    const slow = [1, 2].map(() => answerOf<CheckAccessResponse>(done => sample.access.checkAccess(ask('slow'), metadata, done)));
    await until('both are running', () => probe.contexts.length === 2);
    const refused = await refusalOf(done => sample.access.checkAccess(ask('f'), metadata, done));
    expect(refused).toMatchObject({ code: status.RESOURCE_EXHAUSTED, reason: 'TOO_MANY_CALLS', metadata: { limit: '2' } });
    release();
    await Promise.all(slow);
    await answerOf<CheckAccessResponse>(done => sample.access.checkAccess(ask('f'), metadata, done));
  });

  it('refuses a message above the size limit', async () => {
    const refused = await refusalOf(done => sample.access.checkAccess(ask('x'.repeat(9 << 20)), metadata, done));
    expect(refused.code).toBe(status.RESOURCE_EXHAUSTED);
  });

  it('says by service whether it serves', async () => {
    const service = 'drawdown.entitlements.v1.AccessService';
    expect(await healthOf(sample.address, service)).toBe(1);
    sample.server.setStatus('NOT_SERVING', service);
    expect(await healthOf(sample.address, service)).toBe(2);
    expect(await healthOf(sample.address, '')).toBe(1);
  });

  it('lets calls under way finish when it goes', async () => {
    const release = hold('slow');
    const answer = answerOf<CheckAccessResponse>(done => sample.access.checkAccess(ask('slow'), metadata, done));
    await until('the call is running', () => probe.contexts.length === 1);
    const drained = sample.server.drain(5_000);
    const late = new AccessServiceClient(sample.address, credentials.createInsecure());
    expect((await refusalOf(done => late.checkAccess(ask('f'), metadata, done))).code).toBe(status.UNAVAILABLE);
    late.close();
    release();
    expect((await answer).access?.hasAccess).toBe(true);
    expect(await drained).toBe(0);
  });

  it('cuts off what does not finish in time', async () => {
    hold('slow');
    const refused = refusalOf(done => sample.access.checkAccess(ask('slow'), metadata, done));
    await until('the call is running', () => probe.contexts.length === 1);
    expect(await sample.server.drain(20)).toBe(1);
    expect(await refused).toMatchObject({ code: status.UNAVAILABLE, reason: 'DRAINING' });
    expect(probe.contexts[0]?.signal.aborted).toBe(true);
  });
});

describe('metrics', () => {
  it('count and time every call by method and code', async () => {
    const port = await freePort();
    const telemetry = await startTelemetry({ serviceName: 'test', metricsPort: port, metricsHost: '127.0.0.1' });
    const sample = await startSample();
    const metadata = await sample.metadata();
    await answerOf<CheckAccessResponse>(done => sample.access.checkAccess(ask('f'), metadata, done));
    await refusalOf(done => sample.access.checkAccess(ask(''), metadata, done));
    const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    await Promise.all([sample.stop(), telemetry.stop()]);
    const counted = (code: string) =>
      new RegExp(`rpc_server_call_duration_count\\{.*AccessService/CheckAccess",rpc_response_status_code="${code}".*\\} 1`);
    expect(page).toMatch(counted('OK'));
    expect(page).toMatch(counted('INVALID_ARGUMENT'));
    expect(page).toMatch(/drawdown_rpc_server_active_calls\{kind="unary".*\} 0/);
  });
});

describe('starting', () => {
  it('refuses to serve a contract of which an RPC has no declaration', async () => {
    const identity = new Identity({ keys: keysFromSet({ keys: [{ kty: 'OKP' }] }) });
    const server = await createGrpcServer(IncompleteModule, {
      host: '127.0.0.1',
      port: 0,
      services: sampleServices,
      identity,
      logger: new ErrorLog(),
    });
    await expect(server.listen()).rejects.toMatchObject({ reason: 'RPC_NOT_SERVED' });
    await server.app.close();
  });

  it('refuses a key set without keys', () => {
    expect(() => keysFromSet({ keys: [] })).toThrow(expect.objectContaining({ reason: 'KEY_SET_UNUSABLE' }) as Error);
  });
});

describe('reflection', () => {
  const listServices = async (address: string): Promise<string> => {
    const client = new Client(address, credentials.createInsecure());
    const call = client.makeBidiStreamRequest('/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', raw, raw);
    try {
      return await new Promise<string>((resolve, reject) => {
        call.on('data', (bytes: Buffer) => resolve(bytes.toString('latin1'))).on('error', reject);
        call.write(Buffer.from([0x3a, 0x01, 0x2a]));
      });
    } finally {
      call.on('error', () => undefined).cancel();
      client.close();
    }
  };

  it('names the services where descriptors are given, and does not exist otherwise', async () => {
    const open = await startSample();
    expect(await listServices(open.address)).toContain('drawdown.entitlements.v1.GrantsService');
    await open.stop();
    const closed = await startSample({ descriptorSet: undefined } as never);
    await expect(listServices(closed.address)).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
    await closed.stop();
  });
});
