import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  type Link,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

const INSTRUMENTATION_SCOPE = 'drawdown';

/** Optional circumstances of a span. */
export interface TracedOptions {
  /** Parent other than the current span, for example the sender of a message (`extract`). */
  readonly parent?: Context;
  /** Further spans this work is caused by, for example the senders of a batch (`linkTo`). */
  readonly links?: readonly Link[];
}

export { SpanKind };

/** Marks a span as failed; the error's own name becomes the status message, never its data. */
export const markFailed = (span: Span, error: unknown): void => {
  if (error instanceof Error) span.recordException(error);
  span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'error' });
};

/**
 * Runs `work` inside a span that ends with it and is marked when it throws; the error passes on unchanged.
 * `name` comes from `spanName`, attribute keys from `Attributes`. Without a running SDK this costs a function call.
 */
export const traced = <T>(
  name: string,
  kind: SpanKind,
  attributes: Attributes,
  work: (span: Span) => Promise<T>,
  options: TracedOptions = {},
): Promise<T> => {
  const spanOptions = { kind, attributes, ...(options.links === undefined ? {} : { links: [...options.links] }) };
  const parent = options.parent ?? context.active();
  return trace.getTracer(INSTRUMENTATION_SCOPE).startActiveSpan(name, spanOptions, parent, async span => {
    try {
      return await work(span);
    } catch (error) {
      markFailed(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
};

/** Starts a span that the caller ends; for work that is not one function call. */
export const startSpan = (name: string, kind: SpanKind, attributes: Attributes, parent: Context = context.active()): Span =>
  trace.getTracer(INSTRUMENTATION_SCOPE).startSpan(name, { kind, attributes }, parent);

/** The current span, where there is one that goes somewhere: without an SDK every span has the same id of zeros. */
export const currentSpanContext = (from: Context = context.active()): SpanContext | undefined => {
  const span = trace.getSpanContext(from);
  return span !== undefined && isSpanContextValid(span) ? span : undefined;
};

/** Trace id of the current span; nothing outside of any. */
export const currentTraceId = (): string | undefined => currentSpanContext()?.traceId;
