import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '@drawdown/errors';
import { errorCodes, toServiceError } from '@drawdown/grpc';
import {
  CatalogServiceService,
  ListMetersResponse,
  Meter,
  OperationsServiceService,
  StreamUsageResponse,
  UsageOutcome,
  UsageServiceService,
  VoidGrantResponse,
  GrantsServiceService,
  type ListMetersRequest,
  type StreamUsageRequest,
  type VoidGrantRequest,
} from '@drawdown/proto';
import {
  Server,
  ServerCredentials,
  status,
  type Metadata,
  type ServerUnaryCall,
  type sendUnaryData,
  type ServerReadableStream,
} from '@grpc/grpc-js';
import { resolveConnection } from '../src/client/context.js';
import { DrawdownClient } from '../src/client/drawdown-client.js';
import { collect, listAll } from '../src/client/pages.js';
import { newRequestIdentity } from '../src/client/request-identity.js';
import { grpcPublisher } from '../src/publish/grpc-publisher.js';

const HOST = '127.0.0.1';

describe('the client, against a real gRPC server', () => {
  let server: Server;
  let client: DrawdownClient;

  beforeEach(() => {
    server = new Server();
  });
  afterEach(() => {
    client.close();
    server.forceShutdown();
  });

  const serve = async (): Promise<void> => {
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`${HOST}:0`, ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    client = new DrawdownClient({ address: `${HOST}:${String(port)}`, token: 'token-1' });
  };

  const voidGrant = (answer: (request: VoidGrantRequest, metadata: Metadata, attempt: number) => Error | VoidGrantResponse): void => {
    let attempt = 0;
    server.addService(
      { voidGrant: GrantsServiceService.voidGrant },
      {
        voidGrant: (
          { request, metadata }: ServerUnaryCall<VoidGrantRequest, VoidGrantResponse>,
          callback: sendUnaryData<VoidGrantResponse>,
        ) => {
          attempt += 1;
          const result = answer(request, metadata, attempt);
          if (result instanceof Error) callback(result);
          else callback(null, result);
        },
      },
    );
  };

  const unavailable = (): Error => toServiceError(new Refusal('OWNER_UNAVAILABLE', 'nobody owns it'), errorCodes(), () => undefined);
  const request = () => ({ ...newRequestIdentity(), customer: 'acme', grantId: 'g', at: undefined });

  it('sends the token, and the same identity with every repetition', async () => {
    const seen: [string, number | undefined, unknown][] = [];
    voidGrant(({ requestId, requestTime }, metadata, attempt) => {
      seen.push([requestId, requestTime?.seconds, metadata.get('authorization')[0]]);
      return attempt < 3 ? unavailable() : VoidGrantResponse.create({ position: 'p' });
    });
    await serve();
    const sent = request();
    expect(await client.call(GrantsServiceService.voidGrant, sent)).toMatchObject({ position: 'p' });
    expect(seen).toEqual(Array(3).fill([sent.requestId, sent.requestTime.seconds, 'Bearer token-1']));
  });

  it('does not repeat what is refused, and reads the reason with its details', async () => {
    let attempts = 0;
    voidGrant((_request, _metadata, attempt) => {
      attempts = attempt;
      const refusal = new Refusal('VALIDATION', 'cannot void', { given: 'x' }, [{ field: 'at', description: 'lies in the future' }]);
      return toServiceError(refusal, errorCodes(), () => undefined);
    });
    await serve();
    await expect(client.call(GrantsServiceService.voidGrant, request())).rejects.toMatchObject({
      name: 'CallFailed',
      code: 'INVALID_ARGUMENT',
      reason: 'VALIDATION',
      message: 'cannot void',
      metadata: { given: 'x' },
      violations: [{ field: 'at', description: 'lies in the future' }],
    });
    expect(attempts).toBe(1);
  });

  it('reads every page', async () => {
    const tokens: string[] = [];
    server.addService(
      { listMeters: CatalogServiceService.listMeters },
      {
        listMeters: (
          { request: { pageToken } }: ServerUnaryCall<ListMetersRequest, ListMetersResponse>,
          callback: sendUnaryData<ListMetersResponse>,
        ) => {
          tokens.push(pageToken);
          const page = Number(pageToken === '' ? 0 : pageToken);
          callback(
            null,
            ListMetersResponse.create({
              meters: [Meter.create({ key: `m${String(page)}` })],
              nextPageToken: page < 2 ? String(page + 1) : '',
            }),
          );
        },
      },
    );
    await serve();
    const all = await collect(
      listAll(client, CatalogServiceService.listMeters, { pageSize: 0, pageToken: '', minPosition: '' }, page => page.meters),
    );
    expect(all.map(({ key }) => key)).toEqual(['m0', 'm1', 'm2']);
    expect(tokens).toEqual(['', '1', '2']);
  });

  it('turns the failure of a streamed answer into the same error', async () => {
    await serve();
    await expect(collect(client.download(OperationsServiceService.rebuild, { projection: 'p' }))).rejects.toMatchObject({
      name: 'CallFailed',
      code: status[status.UNIMPLEMENTED],
    });
  });

  it('publishes a stream, and tells which events were refused', async () => {
    const ids: string[] = [];
    server.addService(
      { streamUsage: UsageServiceService.streamUsage },
      {
        streamUsage: (
          call: ServerReadableStream<StreamUsageRequest, StreamUsageResponse>,
          callback: sendUnaryData<StreamUsageResponse>,
        ) => {
          call.on('data', ({ events }: StreamUsageRequest) => ids.push(...events.map(({ id }) => id)));
          call.on('end', () => {
            const results = ids.map(id =>
              id === 'bad'
                ? { outcome: UsageOutcome.REFUSED, error: { reason: 'VALIDATION', message: 'is wrong', field: 'type' } }
                : { outcome: UsageOutcome.ACCEPTED },
            );
            callback(null, StreamUsageResponse.create({ results, position: 'p' }));
          });
        },
      },
    );
    await serve();
    const event = (id: string, time = '2026-01-01T00:00:00Z') => ({ id, source: '/s', type: 't', subject: 'acme', time });
    const published = await grpcPublisher(client).publish([event('1'), event('no-time', 'yesterday'), event('bad'), event('2')]);
    expect(ids).toEqual(['1', 'bad', '2']);
    expect(published.position).toBe('p');
    expect(published.refusals.map(({ index, reason }) => [index, reason])).toEqual([
      [1, 'VALIDATION'],
      [2, 'VALIDATION'],
    ]);
    expect(published.refusals[1]?.detail).toBe('type: is wrong');
  });
});

describe('finding the service', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drawdown-cli-'));
    await mkdir(join(folder, '.drawdown'));
    await mkdir(join(folder, 'below'));
    for (const name of ['launched', 'said', 'environment']) await writeFile(join(folder, name), `token of ${name}\n`);
    const addresses = { entitlements: 'launched:1', sessions: 'launched:2' };
    const context = { addresses, tokenFile: join(folder, 'launched'), namespace: 'demo' };
    await writeFile(join(folder, '.drawdown', 'context.json'), JSON.stringify(context));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('uses what npm start left, from any folder below', async () => {
    const connection = await resolveConnection('entitlements', {}, {}, join(folder, 'below'));
    expect(connection).toMatchObject({ address: 'launched:1', token: 'token of launched', tls: false });
  });

  it('knows each service by its own address', async () => {
    expect(await resolveConnection('sessions', {}, {}, folder)).toMatchObject({ address: 'launched:2' });
    const environment = { DRAWDOWN_SESSIONS_ADDRESS: 'own:1', DRAWDOWN_ADDRESS: 'all:1' };
    expect(await resolveConnection('sessions', {}, environment, folder)).toMatchObject({ address: 'own:1', token: 'token of launched' });
    expect(await resolveConnection('entitlements', {}, environment, folder)).toMatchObject({ address: 'all:1' });
  });

  it('lets the environment win over that, and the command line over both', async () => {
    const environment = { DRAWDOWN_ADDRESS: 'environment:1', DRAWDOWN_TOKEN_FILE: join(folder, 'environment') };
    expect(await resolveConnection('entitlements', {}, environment, folder)).toMatchObject({
      address: 'environment:1',
      token: 'token of environment',
    });
    const said = { address: 'said:1', tokenFile: join(folder, 'said'), timeout: 2 };
    expect(await resolveConnection('entitlements', said, environment, folder)).toMatchObject({
      address: 'said:1',
      token: 'token of said',
      timeoutMs: 2_000,
    });
  });

  it('says what would help when nothing is known, and which file is missing', async () => {
    await rm(join(folder, '.drawdown'), { recursive: true });
    await expect(resolveConnection('entitlements', {}, {}, folder)).rejects.toThrow('npm start');
    await expect(resolveConnection('entitlements', { address: 'a', tokenFile: join(folder, 'none') }, {}, folder)).rejects.toMatchObject({
      reason: 'NO_TOKEN',
    });
  });
});
