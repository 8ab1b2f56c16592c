import type { RebuildResponse, StreamUsageResponse } from '@drawdown/proto';
import { type ServiceError, status } from '@grpc/grpc-js';

import { readErrorDetails } from '../src/index.js';
import { answerOf, refusalOf } from './support/calls.js';
import { type Sample, startSample } from './support/start-sample.js';

const eventOf = (id: string) => ({ id, source: 's', type: 't', customer: 'c', time: undefined, data: Buffer.from('{}') });

describe('streams', () => {
  let sample: Sample;
  beforeAll(async () => {
    sample = await startSample();
  });
  afterAll(() => sample.stop());

  const rebuild = async (projection: string): Promise<{ answers: RebuildResponse[]; error: ServiceError | undefined }> => {
    const metadata = await sample.metadata('acme', ['operator']);
    const answers: RebuildResponse[] = [];
    const error = await new Promise<ServiceError | undefined>(resolve => {
      sample.operations
        .rebuild({ projection }, metadata)
        .on('data', (answer: RebuildResponse) => answers.push(answer))
        .on('error', resolve)
        .on('end', () => resolve(undefined));
    });
    return { answers, error };
  };

  it('writes the answers of a handler and ends', async () => {
    const { answers, error } = await rebuild('entitlements');
    expect(error).toBeUndefined();
    expect(answers.map(({ partitionsDone }) => partitionsDone)).toEqual([1, 2, 3]);
  });

  it('ends a stream of answers with the rich status of what broke it', async () => {
    const { answers, error } = await rebuild('broken');
    expect(answers.length).toBe(2);
    expect(error?.code).toBe(status.INTERNAL);
    expect(error?.details).toBe('internal error');
    expect(error === undefined ? '' : readErrorDetails(error.metadata).reason).toBe('INTERNAL');
  });

  it('gives a handler the messages of a client in order', async () => {
    const metadata = await sample.metadata();
    const { results } = await answerOf<StreamUsageResponse>(done => {
      const call = sample.usage.streamUsage(metadata, done);
      for (let batch = 0; batch < 50; batch += 1) call.write({ events: [eventOf(`${batch}-a`), eventOf(`${batch}-b`)] });
      call.end();
    });
    expect(results.length).toBe(100);
    expect(results.at(-1)?.position).toBe('49-b');
  });

  it('refuses the stream at its first wrong message', async () => {
    const metadata = await sample.metadata();
    const refused = await refusalOf<StreamUsageResponse>(done => {
      const call = sample.usage.streamUsage(metadata, done);
      call.write({ events: [eventOf('a')] });
      call.write({ events: [eventOf('b'), eventOf('')] });
      call.end();
    });
    expect(refused).toMatchObject({ reason: 'VALIDATION', violations: [{ field: 'events[1].id' }] });
  });
});
