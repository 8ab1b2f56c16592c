import type { UsagePublisher } from '@drawdown/cli';
import type { OutgoingEvent } from '@drawdown/cloudevents';
import { Fault } from '@drawdown/errors';
import { decodePosition, mergePositions, type Position } from '@drawdown/eventlog';
import { tokensOf, type Call } from './calls.js';
import { NAMES } from './catalogue.js';

/** Calls that are on their way at the same time; the next ones wait until all of them are confirmed. */
const WINDOW_CALLS = 500;
/** Every fourth customer's producer knows nothing of envelopes. */
const ONE_BY_ONE_EVERY = 4;

/** Both forms that a producer may choose (design §4.1). */
export interface Publishers {
  readonly envelopes: UsagePublisher;
  readonly single: UsagePublisher;
}

const toEvent = (call: Call): OutgoingEvent => ({
  id: `usage-llm-${String(call.line)}`,
  source: NAMES.source,
  type: NAMES.eventType,
  subject: call.customer,
  time: new Date(call.timeMs).toISOString(),
  data: { input_tokens: call.inputTokens, output_tokens: call.outputTokens, tokens: tokensOf(call) },
});

/** Whose calls are published one by one. */
const publishesOneByOne = (customer: string): boolean => Number(customer.replace(/\D/g, '')) % ONE_BY_ONE_EVERY === 0;

/** Publishes the calls in order of time and answers the position from which on all of them are readable. */
export const publishCalls = async (
  publishers: Publishers,
  calls: readonly Call[],
  onProgress: (published: number) => void,
): Promise<Position> => {
  const positions: Position[] = [];
  const publish = async (publisher: UsagePublisher, some: readonly Call[]): Promise<void> => {
    if (some.length === 0) return;
    const { refusals, position } = await publisher.publish(some.map(toEvent));
    const [refusal] = refusals;
    if (refusal !== undefined) throw new Fault('STORY_REFUSED', `a call of the sample was refused: ${refusal.reason}: ${refusal.detail}`);
    positions.push(decodePosition(position));
  };
  for (let at = 0; at < calls.length; at += WINDOW_CALLS) {
    const window = calls.slice(at, at + WINDOW_CALLS);
    const isSingle = ({ customer }: Call): boolean => publishesOneByOne(customer);
    await Promise.all([
      publish(publishers.single, window.filter(isSingle)),
      publish(
        publishers.envelopes,
        window.filter(call => !isSingle(call)),
      ),
    ]);
    onProgress(at + window.length);
  }
  return mergePositions(...positions);
};
