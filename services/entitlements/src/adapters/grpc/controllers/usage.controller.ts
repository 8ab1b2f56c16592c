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
import { UsageIngest } from '../usage-ingest.js';
import { CancelUsageBody, UsageEventsBody } from '../requests.js';

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
