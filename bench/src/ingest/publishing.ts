import type { JetStreamClient } from '@nats-io/jetstream';
import type { PreparedMessage } from './usage.js';

/** Messages on their way without a confirmation. */
const UNCONFIRMED_MAX = 256;
const CONFIRM_MS_MAX = 30_000;

/** The last confirmed sequence of each partition. */
export type LastSequences = ReadonlyMap<number, number>;

/** Publishes everything, each message once the number of unconfirmed ones allows it, and waits for all confirmations. */
export const publishAll = async (jetstream: JetStreamClient, messages: readonly PreparedMessage[]): Promise<LastSequences> => {
  const last = new Map<number, number>();
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let message = messages[next++]; message !== undefined; message = messages[next++]) {
      const { subject, partition, data, headers } = message;
      const { seq } = await jetstream.publish(subject, data, { headers, timeout: CONFIRM_MS_MAX });
      last.set(partition, Math.max(seq, last.get(partition) ?? 0));
    }
  };
  await Promise.all(Array.from({ length: UNCONFIRMED_MAX }, lane));
  return last;
};
