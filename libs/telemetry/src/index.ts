export { counter, durationHistogram, gauge, upDownCounter } from './instruments.js';
export { JsonLogger, type LoggerOptions, type LogLevel } from './logger.js';
export { type CommandMonitor, traceCommands } from './mongodb.js';
export { Attributes, DURATION_BOUNDARIES_SECONDS, Metrics, spanName } from './names.js';
export { extract, type HeaderSource, type HeaderTarget, inject, linkTo } from './propagation.js';
export { recordTelemetry, type RecordingTelemetry } from './recording.js';
export { isTracing, startTelemetry, type Telemetry, TELEMETRY_STOP_MS_MAX, type TelemetryOptions } from './telemetry.js';
export { currentTraceId, markFailed, SpanKind, startSpan, traced, type TracedOptions } from './traced.js';
