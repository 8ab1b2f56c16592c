import { randomBytes } from 'node:crypto';

import { CheckAccessRequest, type CheckAccessResponse } from '@drawdown/proto';
import { extract, inject, recordTelemetry, type RecordingTelemetry, SpanKind, spanName, traceCommands, traced } from '@drawdown/telemetry';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { MongoClient } from 'mongodb';

import { answerOf, until } from './support/calls.js';
import { probe } from './support/sample-service.js';
import { type Sample, startSample } from './support/start-sample.js';

const required = (variable: string): string => {
  const value = process.env[variable];
  if (value === undefined || value === '') throw new Error(`${variable} is not set: start the servers with \`npm test\``);
  return value;
};

const SUBJECT_TEMPLATE = 'drawdown.usage.<namespace>.<customer>';

describe('one trace', () => {
  const suffix = randomBytes(4).toString('hex');
  const subject = `trace-${suffix}.usage`;
  let sample: Sample;
  let nats: NatsConnection;
  let mongo: MongoClient;
  let telemetry: RecordingTelemetry;
  let consumed: Promise<void>;

  beforeAll(async () => {
    telemetry = await recordTelemetry('drawdown-test');
    nats = await connect({ servers: required('DRAWDOWN_NATS_URL') });
    mongo = await new MongoClient(required('DRAWDOWN_MONGODB_URL'), { monitorCommands: true }).connect();
    traceCommands(mongo);
    const subscription = nats.subscribe(subject, { max: 1 });
    await nats.flush();
    consumed = (async () => {
      for await (const message of subscription) {
        const parent = extract(message.headers);
        const store = () => mongo.db(`trace_${suffix}`).collection('balances').insertOne({ balance: '7.5' });
        await traced(spanName.process(SUBJECT_TEMPLATE), SpanKind.CONSUMER, {}, store, { parent });
      }
    })();
    sample = await startSample();
  });
  afterAll(async () => {
    await sample.stop();
    await mongo.db(`trace_${suffix}`).dropDatabase();
    await Promise.all([mongo.close(), nats.close()]);
    await telemetry.stop();
  });

  it('joins the call, the message, its consumer and the database', async () => {
    probe.behaviours.set('publishes', () =>
      traced(spanName.publish(SUBJECT_TEMPLATE), SpanKind.PRODUCER, {}, async () =>
        nats.publish(subject, 'x', { headers: inject(headers()) }),
      ),
    );
    const metadata = await sample.metadata();
    const traceId = randomBytes(16).toString('hex');
    metadata.set('traceparent', `00-${traceId}-${randomBytes(8).toString('hex')}-01`);
    const request = CheckAccessRequest.fromPartial({ customer: 'c', featureKey: 'publishes' });
    await answerOf<CheckAccessResponse>(done => sample.access.checkAccess(request, metadata, done));
    await consumed;
    await until('all spans have ended', () => telemetry.spans().length >= 4);

    const spans = telemetry.spans().filter(span => span.spanContext().traceId === traceId);
    const parentOf = (name: string) => {
      const parentId = spans.find(span => span.name === name)?.parentSpanContext?.spanId;
      return spans.find(span => span.spanContext().spanId === parentId)?.name;
    };
    const rpc = 'drawdown.entitlements.v1.AccessService/CheckAccess';
    expect(new Set(spans.map(({ name }) => name))).toEqual(
      new Set([rpc, `publish ${SUBJECT_TEMPLATE}`, `process ${SUBJECT_TEMPLATE}`, 'insert balances']),
    );
    expect(parentOf('insert balances')).toBe(`process ${SUBJECT_TEMPLATE}`);
    expect(parentOf(`process ${SUBJECT_TEMPLATE}`)).toBe(`publish ${SUBJECT_TEMPLATE}`);
    expect(parentOf(`publish ${SUBJECT_TEMPLATE}`)).toBe(rpc);
  });
});
