import { Refusal } from '@drawdown/errors';
import { encodePosition, mergePositions, type Position } from '@drawdown/eventlog';
import { Rpc, type CallContext } from '@drawdown/grpc';
import {
  HitsServiceService,
  type CompleteImportRequest,
  type CompleteImportResponse,
  type PublishHitsRequest,
  type PublishHitsResponse,
  type PublishHitsStreamRequest,
  type PublishHitsStreamResponse,
} from '@drawdown/proto/sessions';
import { Controller } from '@nestjs/common';
import { fromApiLane, HitsApi } from '../hits-api.js';
import { HITS_PER_STREAM_MAX } from '../limits.js';
import { CompleteImportBody, PublishHitsBody } from '../requests/hits.js';

const tooMany = (): Refusal => {
  const description = `a call streams at most ${String(HITS_PER_STREAM_MAX)} hits; those before this batch are stored`;
  return new Refusal('VALIDATION', description, { rule: 'stream_too_long' }, [{ field: 'hits', description }]);
};

/** Hits from those who have no NATS of their own (sessions §2.1, §12.1). */
@Controller()
export class HitsController {
  constructor(private readonly hits: HitsApi) {}

  @Rpc(HitsServiceService.publishHits, { request: PublishHitsBody })
  async publishHits(request: PublishHitsRequest, context: CallContext): Promise<PublishHitsResponse> {
    const { results, position } = await this.hits.publish(request.hits, fromApiLane(request.lane), 0, context);
    return { results, position: encodePosition(position) };
  }

  /** One batch after the other, so that a client's hits keep their order. */
  @Rpc(HitsServiceService.publishHitsStream, { request: PublishHitsBody })
  async publishHitsStream(requests: AsyncIterable<PublishHitsStreamRequest>, context: CallContext): Promise<PublishHitsStreamResponse> {
    const results: PublishHitsStreamResponse['results'] = [];
    let position: Position = [];
    for await (const { hits, lane } of requests) {
      if (results.length + hits.length > HITS_PER_STREAM_MAX) throw tooMany();
      const published = await this.hits.publish(hits, fromApiLane(lane), results.length, context);
      results.push(...published.results);
      position = mergePositions(position, published.position);
    }
    return { results, position: encodePosition(position) };
  }

  @Rpc(HitsServiceService.completeImport, { request: CompleteImportBody })
  async completeImport({ lane }: CompleteImportRequest, context: CallContext): Promise<CompleteImportResponse> {
    return { position: await this.hits.completeImport(lane, context) };
  }
}
