import type { StoredMessage } from '@drawdown/eventlog';
import { Attributes, extract, isTracing, linkTo, SpanKind, spanName, traced } from '@drawdown/telemetry';

/** Senders that one span names; OpenTelemetry drops further links. */
const LINKS_MAX = 128;

/**
 * Applies a batch in a span that joins it to its senders: as a child where all of it was sent in one trace, so that a call, its message and
 * the documents that it changed are one trace; linked to each of them where there are several. Costs nothing without tracing.
 */
export const tracedBatch = (
  partition: number,
  batch: readonly { readonly message: StoredMessage }[],
  apply: () => Promise<void>,
): Promise<void> => {
  const first = batch[0]?.message;
  if (first === undefined || !isTracing()) return apply();
  const senders = sendersOf(batch);
  const [only] = senders;
  const attributes = {
    [Attributes.messagingSystem]: 'nats',
    [Attributes.messagingBatchSize]: batch.length,
    [Attributes.stream]: first.stream,
    [Attributes.partition]: partition,
  };
  const links = senders.slice(0, LINKS_MAX).flatMap(({ headers }) => linkTo(headers) ?? []);
  const cause = senders.length === 1 && only !== undefined ? { parent: extract(only.headers) } : { links };
  return traced(spanName.process(`${first.stream}.<NN>`), SpanKind.CONSUMER, attributes, apply, cause);
};

/** One message of each sender's span. */
const sendersOf = (batch: readonly { readonly message: StoredMessage }[]): readonly StoredMessage[] => {
  const senders = new Map<string, StoredMessage>();
  for (const { message } of batch) {
    const traceparent = message.headers.get('traceparent');
    if (traceparent !== undefined && traceparent !== '') senders.set(traceparent, message);
  }
  return [...senders.values()];
};
