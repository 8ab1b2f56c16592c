import { SpanStatusCode } from '@opentelemetry/api';

import {
  counter,
  currentTraceId,
  durationHistogram,
  extract,
  gauge,
  inject,
  isTracing,
  JsonLogger,
  linkTo,
  type LogLevel,
  Metrics,
  recordTelemetry,
  type RecordingTelemetry,
  SpanKind,
  startTelemetry,
  traceCommands,
  traced,
} from '../src/index.js';
import { freePort } from './support/free-port.js';

const logging = (level: LogLevel) => {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { lines, logger: new JsonLogger({ service: 'test', level, destination }) };
};

describe('tracing', () => {
  let telemetry: RecordingTelemetry;
  beforeEach(async () => {
    telemetry = await recordTelemetry('test');
  });
  afterEach(() => telemetry.stop());

  it('carries a trace through headers and back', async () => {
    const headers = new Map<string, string>();
    await traced('send', SpanKind.PRODUCER, {}, async () => void inject(headers));
    await traced('receive', SpanKind.CONSUMER, {}, async () => undefined, { parent: extract(headers) });
    const [send, receive] = telemetry.spans();
    expect(receive?.parentSpanContext?.spanId).toBe(send?.spanContext().spanId);
    expect(receive?.spanContext().traceId).toBe(send?.spanContext().traceId);
    expect(linkTo(headers)?.context.spanId).toBe(send?.spanContext().spanId);
  });

  it.each([[undefined], [new Map<string, string>()], [new Map([['traceparent', '']])], [new Map([['traceparent', 'nonsense']])]])(
    'starts a new trace where headers carry none: %p',
    async headers => {
      await traced('receive', SpanKind.CONSUMER, {}, async () => undefined, { parent: extract(headers) });
      expect(telemetry.spans()[0]?.parentSpanContext).toBeUndefined();
      expect(linkTo(headers)).toBeUndefined();
    },
  );

  it('marks the span of work that throws and passes the error on', async () => {
    const error = new TypeError('of the inside');
    await expect(traced('work', SpanKind.INTERNAL, {}, () => Promise.reject(error))).rejects.toBe(error);
    expect(telemetry.spans()[0]?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'TypeError' });
  });

  it('writes the ids of the current trace into every log line', async () => {
    const { lines, logger } = logging('info');
    const traceId = await traced('work', SpanKind.INTERNAL, {}, async () => {
      logger.log('inside');
      return currentTraceId();
    });
    logger.log('outside');
    expect(lines[0]).toMatchObject({ message: 'inside', trace_id: traceId, level: 'info', service: 'test' });
    expect(lines[1]).not.toHaveProperty('trace_id');
  });

  it('ends the span of a failed command as failed, and makes none of the driver’s own', () => {
    const listeners = new Map<string, (event: never) => void>();
    traceCommands({ on: (event: string, listener: (event: never) => void) => listeners.set(event, listener) });
    const emit = (event: string, body: object) => listeners.get(event)?.(body as never);
    const started = { databaseName: 'd', commandName: 'update', command: { update: 'balances_3' } };
    emit('commandStarted', { ...started, requestId: 1 });
    emit('commandStarted', { ...started, requestId: 2, commandName: 'hello', command: { hello: 1 } });
    emit('commandFailed', { requestId: 1, failure: new Error('lost') });
    emit('commandSucceeded', { requestId: 2 });
    expect(telemetry.spans().map(({ name, status }) => [name, status.code])).toEqual([['update balances_3', SpanStatusCode.ERROR]]);
  });
});

describe('without a collector', () => {
  it('makes no spans and costs no trace ids', async () => {
    const telemetry = await startTelemetry({ serviceName: 'test' });
    expect(isTracing()).toBe(false);
    await traced('work', SpanKind.INTERNAL, {}, async () => expect(currentTraceId()).toBeUndefined());
    await telemetry.stop();
  });
});

describe('logger', () => {
  it('turns what Nest and we pass into fields of one entry', () => {
    const { lines, logger } = logging('trace');
    logger.log('started', 'NestFactory');
    logger.error('broken', 'Error: x\n  at y', 'Router');
    logger.warn('late', { partition: 7 });
    logger.error(new RangeError('too far'));
    logger.fatal('over');
    logger.debug('detail');
    logger.verbose('more');
    expect(lines.map(({ level }) => level)).toEqual(['info', 'error', 'warn', 'error', 'fatal', 'debug', 'trace']);
    expect(lines[0]).toMatchObject({ message: 'started', context: 'NestFactory' });
    expect(lines[1]).toMatchObject({ message: 'broken', stack: 'Error: x\n  at y', context: 'Router' });
    expect(lines[2]).toMatchObject({ message: 'late', partition: 7 });
    expect(lines[3]).toMatchObject({ message: 'too far', err: { type: 'RangeError' } });
  });

  it('never shows secrets, and says nothing below its level', () => {
    const { lines, logger } = logging('warn');
    logger.log('quiet');
    logger.warn('call', { token: 'hunter2', request: { authorization: 'hunter2', inner: { password: 'hunter2' } } });
    expect(lines.length).toBe(1);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });
});

describe('metrics', () => {
  it('are served for Prometheus under the names of the one file', async () => {
    const port = await freePort();
    const telemetry = await startTelemetry({ serviceName: 'test', metricsPort: port, metricsHost: '127.0.0.1' });
    counter(Metrics.deadLetters, 'messages put aside').add(2, { reason: 'BAD' });
    durationHistogram(Metrics.flushDuration, 'one flush').record(0.003);
    gauge(Metrics.partitionLag, 'not applied yet', () => [{ value: 5, attributes: { partition: 3 } }]);
    const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    await telemetry.stop();
    expect(page).toContain('drawdown_dead_letters_total{reason="BAD"');
    expect(page).toMatch(/drawdown_projection_flush_duration_bucket\{.*le="0.005".*\} 1/);
    expect(page).not.toContain(process.execPath);
    expect(page).toMatch(/drawdown_partition_lag\{.*partition="3".*\} 5/);
  });
});
