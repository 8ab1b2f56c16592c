import { Refusal } from '@drawdown/errors';
import { encodePosition, decodePosition, mergePositions, type Position } from '@drawdown/eventlog';
import { Rpc, type CallContext } from '@drawdown/grpc';
import {
  UsageServiceService,
  type CancelUsageRequest,
  type CancelUsageResponse,
  type IngestUsageRequest,
  type IngestUsageResponse,
  type StreamUsageRequest,
  type StreamUsageResponse,
} from '@drawdown/proto';
import { Controller } from '@nestjs/common';
import { EVENTS_PER_STREAM_MAX } from '../limits.js';
import { UsageIngest } from '../usage-ingest.js';
import { CancelUsageBody, UsageEventsBody } from '../requests/usage.js';

const tooMany = (): Refusal => {
  const description = `a call streams at most ${EVENTS_PER_STREAM_MAX} events; those before this batch are stored`;
  return new Refusal('VALIDATION', description, { rule: 'stream_too_long' }, [{ field: 'events', description }]);
};

/** Usage from those who have no NATS of their own (entitlements §19.4, §19.5). */
@Controller()
export class UsageController {
  constructor(private readonly usage: UsageIngest) {}

  @Rpc(UsageServiceService.ingestUsage, { request: UsageEventsBody })
  async ingestUsage(request: IngestUsageRequest, context: CallContext): Promise<IngestUsageResponse> {
    return this.usage.ingest(request.events, request.waitForEffect, context);
  }

  /** One batch after the other, so that a customer's events keep their order. */
  @Rpc(UsageServiceService.streamUsage, { request: UsageEventsBody })
  async streamUsage(requests: AsyncIterable<StreamUsageRequest>, context: CallContext): Promise<StreamUsageResponse> {
    const results: StreamUsageResponse['results'] = [];
    let position: Position = [];
    for await (const { events } of requests) {
      if (results.length + events.length > EVENTS_PER_STREAM_MAX) throw tooMany();
      const ingested = await this.usage.ingest(events, false, context);
      results.push(...ingested.results);
      position = mergePositions(position, decodePosition(ingested.position));
    }
    return { results, position: encodePosition(position) };
  }

  @Rpc(UsageServiceService.cancelUsage, { request: CancelUsageBody })
  async cancelUsage(request: CancelUsageRequest, context: CallContext): Promise<CancelUsageResponse> {
    return { position: await this.usage.cancel(request, context) };
  }
}
