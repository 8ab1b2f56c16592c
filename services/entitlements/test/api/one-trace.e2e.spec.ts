import { randomBytes } from 'node:crypto';
import { IngestUsageRequest, UsageServiceService } from '@drawdown/proto';
import { recordTelemetry, type RecordingTelemetry } from '@drawdown/telemetry';
import type { Client } from './client.js';
import { eventually, givenCatalog, givenCustomer, TOKENS_TYPE, usage } from './given.js';
import { encodeStructured } from '@drawdown/cloudevents';
import { cloudEvent, publishRaw } from './stream.js';
import { World } from './world.js';

type Span = ReturnType<RecordingTelemetry['spans']>[number];

const RPC = 'drawdown.entitlements.v1.UsageService/IngestUsage';

describe('one trace', () => {
  let telemetry: RecordingTelemetry;
  let world: World;
  let client: Client;
  beforeAll(async () => {
    telemetry = await recordTelemetry('drawdown-test');
    const { world: ours, replica } = await World.withReplica();
    world = ours;
    ({ client } = replica);
    await givenCatalog(client);
  });
  afterAll(async () => {
    await world.end();
    await telemetry.stop();
  });

  const newTrace = (): { readonly traceId: string; readonly traceparent: string } => {
    const traceId = randomBytes(16).toString('hex');
    return { traceId, traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` };
  };
  const spansOf = (traceId: string): readonly Span[] => telemetry.spans().filter(span => span.spanContext().traceId === traceId);
  /** From a span up to the first one of the trace. */
  const ancestry = (spans: readonly Span[], span: Span | undefined): readonly string[] => {
    if (span === undefined) return [];
    const parent = spans.find(candidate => candidate.spanContext().spanId === span.parentSpanContext?.spanId);
    return [span.name, ...ancestry(spans, parent)];
  };

  it('joins the call, the message, the consumer and the documents that it writes', async () => {
    const { customer } = await givenCustomer(client, '10');
    const { traceId, traceparent } = newTrace();
    const request = IngestUsageRequest.fromPartial({ events: [usage(customer, 1)], waitForEffect: true });
    await client.call(UsageServiceService.ingestUsage, request, { headers: { traceparent } });
    const write = await eventually('the write of the customer', () => spansOf(traceId).find(({ name }) => /^update customers_/.test(name)));
    const names = ancestry(spansOf(traceId), write).map(name => name.replace(/customers_\w+/, 'customers'));
    expect(names).toEqual(['update customers', 'process usage.<NN>', RPC]);
  });

  it('links a batch of several senders to each of them', async () => {
    const { customer } = await givenCustomer(client, '10');
    const traces = [newTrace(), newTrace(), newTrace()];
    const subject = world.subjects.usage('acme', customer);
    await Promise.all(
      traces.map(({ traceparent }, index) => {
        const { headers, data } = encodeStructured(cloudEvent(customer, `traced-${index}`, 1, { type: TOKENS_TYPE }));
        return publishRaw(world, subject, data, [...headers, ['traceparent', traceparent]]);
      }),
    );
    const seen = (traceId: string): boolean =>
      telemetry
        .spans()
        .some(
          span =>
            span.name.startsWith('process ') &&
            (span.spanContext().traceId === traceId || span.links.some(({ context }) => context.traceId === traceId)),
        );
    await eventually('every sender is known', () => (traces.every(({ traceId }) => seen(traceId)) ? true : undefined));
  });
});
