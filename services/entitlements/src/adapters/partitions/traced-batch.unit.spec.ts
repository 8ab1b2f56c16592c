import type { StoredMessage } from '@drawdown/eventlog';
import { recordTelemetry, type RecordingTelemetry } from '@drawdown/telemetry';
import { tracedBatch } from './traced-batch.js';

const TRACE_A = 'a'.repeat(32);
const TRACE_B = 'b'.repeat(32);

const sentIn = (...traceIds: readonly (string | undefined)[]): { readonly message: StoredMessage }[] =>
  traceIds.map((traceId, index) => ({
    message: {
      stream: 'usage',
      subject: 'prefix.p.usage.7.acme.c',
      sequence: index + 1,
      timeMs: 0,
      headers: new Map(traceId === undefined ? [] : [['traceparent', `00-${traceId}-${'1'.repeat(16)}-01`]]),
      data: new Uint8Array(),
    },
  }));

describe('a batch of messages', () => {
  let telemetry: RecordingTelemetry;
  beforeAll(async () => {
    telemetry = await recordTelemetry('test');
  });
  beforeEach(() => telemetry.clear());
  afterAll(() => telemetry.stop());

  const spanOf = async (...traceIds: readonly (string | undefined)[]) => {
    await tracedBatch(7, sentIn(...traceIds), () => Promise.resolve());
    const [span] = telemetry.spans();
    return { name: span?.name, traceId: span?.spanContext().traceId, links: span?.links.map(({ context }) => context.traceId) };
  };

  it('of one sender goes on in its trace', async () => {
    expect(await spanOf(TRACE_A, undefined, TRACE_A)).toEqual({ name: 'process usage.<NN>', traceId: TRACE_A, links: [] });
  });

  it('of several senders is linked to each of them, once', async () => {
    const { traceId, links } = await spanOf(TRACE_A, TRACE_B, TRACE_A);
    expect([TRACE_A, TRACE_B]).not.toContain(traceId);
    expect(links).toEqual([TRACE_A, TRACE_B]);
  });

  it('of nobody who said a trace has one of its own', async () => {
    expect(await spanOf(undefined)).toMatchObject({ name: 'process usage.<NN>', links: [] });
  });

  it('that fails marks its span and lets the error pass', async () => {
    await expect(tracedBatch(7, sentIn(TRACE_A), () => Promise.reject(new RangeError('broken')))).rejects.toThrow('broken');
    expect(telemetry.spans().map(({ status }) => status.message)).toEqual(['RangeError']);
  });
});
