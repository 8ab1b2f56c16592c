import { randomUUID } from 'node:crypto';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import {
  StreamReportsRequest,
  WorkloadResult,
  WorkloadsServiceService as Workloads,
  type StreamReportsResponse,
} from '@drawdown/proto/capacity';
import { EdgeWorld } from './edge-world.js';
import { POOL } from './every-rpc.js';
import { givenPools } from './given.js';

const CALL_MS = 5_000;

describe('a stream of reports', () => {
  let world: EdgeWorld;
  let channel: Client;
  const metadata = new Metadata();
  beforeAll(async () => {
    world = await EdgeWorld.create();
    await givenPools(world.calls);
    metadata.set('authorization', `Bearer ${await world.token('acme', ['deployer'])}`);
    channel = new Client(world.address, credentials.createInsecure());
  });
  afterAll(async () => {
    channel.close();
    await world.end();
  });

  const report = (workloadId: number, change: object = {}): StreamReportsRequest =>
    StreamReportsRequest.fromPartial({
      requestId: randomUUID(),
      requestTime: { seconds: Math.floor(Date.now() / 1_000), nanos: 0 },
      poolId: POOL,
      workloadId,
      result: WorkloadResult.OK,
      workload: { kind: { $case: 'resources', value: { cru: 2, mru: 4 } } },
      ...change,
    });

  const send = (reports: readonly StreamReportsRequest[]): Promise<StreamReportsResponse[]> =>
    new Promise((resolve, reject) => {
      const { path, requestSerialize, responseDeserialize } = Workloads.streamReports;
      const answers: StreamReportsResponse[] = [];
      const stream = channel.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata, {
        deadline: Date.now() + CALL_MS,
      });
      stream
        .on('data', (answer: StreamReportsResponse) => answers.push(answer))
        .on('error', (error: ServiceError) => reject(error))
        .on('end', () => resolve(answers));
      for (const message of reports) stream.write(message);
      stream.end();
    });

  it.each([1, 15, 16, 17, 40, 300, 1_000])('answers each of %i', async count => {
    const reports = Array.from({ length: count }, (_, index) => report(index + 1));
    const answers = await send(reports);
    expect(new Set(answers.map(({ requestId }) => requestId))).toEqual(new Set(reports.map(({ requestId }) => requestId)));
    expect(answers.filter(({ error }) => error !== undefined)).toEqual([]);
  });
});
