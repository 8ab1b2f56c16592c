import { parseInstant } from '@drawdown/calendar';
import { encodeBinary, type OutgoingEvent } from '@drawdown/cloudevents';
import { isRefusal } from '@drawdown/errors';
import { UsageOutcome, UsageServiceService, type StreamUsageResponse, type UsageEvent } from '@drawdown/proto';
import type { DrawdownClient } from '../client/drawdown-client.js';
import { toTimestamp } from '../client/instants.js';
import { batchesOf } from './batches.js';
import { eventSize } from './event-size.js';
import type { ItemRefusal, Published, UsagePublisher } from './publisher.js';

interface Numbered {
  readonly index: number;
  readonly event: OutgoingEvent;
}

/** Through `StreamUsage`, which answers for every event. */
export const grpcPublisher = (client: DrawdownClient): UsagePublisher => ({
  publish: async events => {
    const refusals: ItemRefusal[] = [];
    const sound: Numbered[] = [];
    for (const [index, event] of events.entries()) {
      const problem = problemOf(event);
      if (problem === undefined) sound.push({ index, event });
      else refusals.push({ index, ...problem });
    }
    if (sound.length === 0) return { refusals, position: '' };
    const messages = batchesOf(
      sound.map(({ event }) => event),
      eventSize,
    ).map(batch => ({ events: batch.map(toUsageEvent) }));
    const answer = await client.upload(UsageServiceService.streamUsage, messages);
    return published(answer, sound, refusals);
  },
  close: async () => client.close(),
});

const published = (answer: StreamUsageResponse, sound: readonly Numbered[], refusals: readonly ItemRefusal[]): Published => {
  const refused = answer.results.flatMap((result, place) => {
    if (result.outcome !== UsageOutcome.REFUSED) return [];
    const { reason = 'REFUSED', message = '', field = '' } = result.error ?? {};
    return [{ index: sound[place]?.index ?? place, reason, detail: field === '' ? message : `${field}: ${message}` }];
  });
  const all = [...refusals, ...refused].sort((left, right) => left.index - right.index);
  return { refusals: all, position: answer.position };
};

/** What cannot be said in the API's own types would otherwise fail the whole call. */
const problemOf = ({ time }: OutgoingEvent): Omit<ItemRefusal, 'index'> | undefined => {
  if (time === undefined) return undefined;
  try {
    parseInstant(time);
    return undefined;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { reason: error.reason, detail: `time: ${error.message}` };
  }
};

const toUsageEvent = ({ id, source, type, subject, time, data }: OutgoingEvent): UsageEvent => ({
  id,
  source,
  type,
  customer: subject ?? '',
  time: time === undefined ? undefined : toTimestamp(parseInstant(time)),
  data: data === undefined ? Buffer.alloc(0) : Buffer.from(encodeBinary({ id: '-', source: '-', type: '-', data }).data),
});
