import { context, metrics, propagation, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';

import { startTelemetry } from './telemetry.js';

export interface RecordingTelemetry {
  /** The spans that have ended, in the order of their ends. */
  spans(): readonly ReadableSpan[];
  clear(): void;
  /** Stops and forgets the global registration, so that the next recording starts anew. */
  stop(): Promise<void>;
}

/** Telemetry that keeps its spans in memory: for tests that assert one trace from call to database. */
export const recordTelemetry = async (serviceName: string): Promise<RecordingTelemetry> => {
  const exporter = new InMemorySpanExporter();
  const telemetry = await startTelemetry({ serviceName, spanProcessors: [new SimpleSpanProcessor(exporter)] });
  return {
    spans: () => exporter.getFinishedSpans(),
    clear: () => exporter.reset(),
    stop: async () => {
      await telemetry.stop();
      for (const api of [trace, context, propagation, metrics]) api.disable();
    },
  };
};
