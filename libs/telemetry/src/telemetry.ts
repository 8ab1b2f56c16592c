import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import type { MetricReader } from '@opentelemetry/sdk-metrics';
import { NodeSDK, resources } from '@opentelemetry/sdk-node';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-node';

/** How long a stopping process waits for its last spans to be delivered. */
export const TELEMETRY_STOP_MS_MAX = 5_000;

export interface TelemetryOptions {
  /** `service.name`, such as `drawdown-entitlements`. */
  readonly serviceName: string;
  /** Port of the Prometheus endpoint `/metrics`; 0 takes a free one; absent: no endpoint. */
  readonly metricsPort?: number;
  /** Address the endpoint listens on. @default all addresses; wrong where the network is shared. */
  readonly metricsHost?: string;
  /** Address of an OTLP collector (`OTEL_EXPORTER_OTLP_ENDPOINT`); absent: spans are not made at all. Other `OTEL_*` settings apply. */
  readonly otlpEndpoint?: string;
  /** Where spans go instead of a collector. */
  readonly spanProcessors?: readonly SpanProcessor[];
  /** Further readers of metrics. */
  readonly metricReaders?: readonly MetricReader[];
}

export interface Telemetry {
  /** True when spans go somewhere; hot paths skip making them otherwise. */
  readonly isTracing: boolean;
  /** Delivers what is left, for at most `TELEMETRY_STOP_MS_MAX`. Never rejects: telemetry must not fail a shutdown. */
  stop(): Promise<void>;
}

let tracing = false;

/** True between the start and stop of a telemetry that makes spans. */
export const isTracing = (): boolean => tracing;

const startPrometheus = async (options: TelemetryOptions): Promise<MetricReader[]> => {
  if (options.metricsPort === undefined) return [];
  const host = options.metricsHost === undefined ? {} : { host: options.metricsHost };
  const exporter = new PrometheusExporter({ port: options.metricsPort, preventServerStart: true, ...host });
  await exporter.startServer();
  return [exporter];
};

const withinStopLimit = async (work: Promise<void>): Promise<void> => {
  const limit = new Promise<void>(resolve => setTimeout(resolve, TELEMETRY_STOP_MS_MAX).unref());
  await Promise.race([work.catch(() => undefined), limit]);
};

/**
 * Starts OpenTelemetry for the process: traces to a collector, metrics for Prometheus. Call it before anything is traced, and once.
 * Nothing is patched: gRPC, NATS and MongoDB are traced where we call them, which works the same under ESM and in tests.
 */
export const startTelemetry = async (options: TelemetryOptions): Promise<Telemetry> => {
  const prometheus = await startPrometheus(options);
  const exportsSpans = options.spanProcessors !== undefined || options.otlpEndpoint !== undefined;
  const spanProcessors = options.spanProcessors ?? (options.otlpEndpoint === undefined ? [] : undefined);
  const sdk = new NodeSDK({
    serviceName: options.serviceName,
    metricReaders: [...prometheus, ...(options.metricReaders ?? [])],
    // `OTEL_RESOURCE_ATTRIBUTES` and nothing guessed: the process detector would show command lines, and so secrets, to readers of metrics.
    resourceDetectors: [resources.envDetector],
    logRecordProcessors: [],
    ...(spanProcessors === undefined ? {} : { spanProcessors: [...spanProcessors] }),
  });
  sdk.start();
  tracing = exportsSpans;
  return {
    isTracing: exportsSpans,
    stop: async () => {
      tracing = false;
      await withinStopLimit(sdk.shutdown());
    },
  };
};
